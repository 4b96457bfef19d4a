"""What a holder signs about a record's content: salted, so that a guessable value stays unguessable."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from mydata_ledger.ledger.commitment import fields
from mydata_ledger.ledger.errors import MalformedInput

SEED_SIZE = 32


def bytes_commitment(content: bytes, seed: bytes) -> bytes:
    """HMAC-SHA-256(seed, exact bytes), 32 bytes."""
    return stream_commitment([content], seed)


def stream_commitment(pieces: Iterable[bytes | bytearray | memoryview], seed: bytes) -> bytes:
    """`bytes_commitment` of content that comes in pieces."""
    made = hmac.new(seed, b"mydata content ", sha256)
    for piece in pieces:
        made.update(piece)
    return made.digest()


def record_commitment(content: bytes, media_type: str, seed: bytes) -> bytes:
    """SHA-256 over the commitment to the exact bytes and, for JSON, the root over the fields.

    Both bind: the bytes as received, and any single field of them. Raises MalformedInput when a JSON media type carries
    no JSON.
    """
    return sha256(bytes_commitment(content, seed) + fields_root(content, media_type, seed)).digest()


def fields_root(content: bytes, media_type: str, seed: bytes) -> bytes:
    """The root over the fields of a JSON record; 32 zero bytes for anything else."""
    return fields.root(content, seed) if is_json(media_type) else bytes(32)


def is_json(media_type: str) -> bool:
    """Whether RFC 6838 makes the type JSON: `application/json` or a `+json` suffix."""
    if not media_type.isascii() or len(media_type) > 127:
        raise MalformedInput("a media type has at most 127 ASCII characters")
    kind = media_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")
