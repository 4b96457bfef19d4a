"""The commitment that a holder signs for a record's content; it is salted, so that a guessable value cannot be
confirmed.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from hashlib import sha256

from mydata_ledger.ledger.commitment import fields
from mydata_ledger.ledger.errors import MalformedInput

SEED_SIZE = 32
NO_FIELDS = bytes(32)
"""Used instead of the root over the fields for content that is not JSON."""
Piece = bytes | bytearray | memoryview


def bytes_commitment(content: bytes, seed: bytes) -> bytes:
    """HMAC-SHA-256(seed, exact bytes), 32 bytes."""
    return stream_commitment([content], seed)


def stream_commitment(pieces: Iterable[Piece], seed: bytes) -> bytes:
    """`bytes_commitment` of content that arrives in pieces."""
    content = StreamedContent(seed)
    for _ in content.passing(pieces):
        continue
    return content.bytes_commitment()


class StreamedContent:
    """Computes the commitment of content while another reader consumes its pieces."""

    def __init__(self, seed: bytes) -> None:
        self._mac = hmac.new(seed, b"mydata content ", "sha256")

    def passing(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, unchanged; each is hashed as it is read."""
        for piece in pieces:
            self._mac.update(piece)
            yield piece

    def bytes_commitment(self) -> bytes:
        """The commitment to the bytes read so far, 32 bytes."""
        return self._mac.digest()

    def record_commitment(self) -> bytes:
        """The commitment to a record of these bytes that is not JSON, 32 bytes."""
        return sha256(self._mac.digest() + NO_FIELDS).digest()


def record_commitment(content: bytes, media_type: str, seed: bytes) -> bytes:
    """SHA-256 over the commitment to the exact bytes and, for JSON, the root over the fields.

    It binds the bytes as received and every single field. Raises MalformedInput if the media type is JSON and the
    content is not.
    """
    return sha256(bytes_commitment(content, seed) + fields_root(content, media_type, seed)).digest()


def fields_root(content: bytes, media_type: str, seed: bytes) -> bytes:
    """The root over the fields of a JSON record; 32 zero bytes for anything else."""
    return fields.root(content, seed) if is_json(media_type) else NO_FIELDS


def is_json(media_type: str) -> bool:
    """Whether RFC 6838 makes the type JSON: `application/json` or a `+json` suffix."""
    if not media_type.isascii() or len(media_type) > 127:
        raise MalformedInput("a media type has at most 127 ASCII characters")
    kind = media_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")
