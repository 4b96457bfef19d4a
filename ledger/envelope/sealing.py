"""AES-256-GCM in 1 MiB chunks, each bound to its record, its number and whether it is the last (design §6).

sealed = magic ‖ nonce prefix (7) ‖ chunks; a chunk's nonce is prefix ‖ number (4) ‖ last mark (1): STREAM.
The plaintext is framed (media type, seed, length, content) and padded by Padmé, so that the length tells little.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.commitment.content import SEED_SIZE
from ledger.errors import IntegrityFailure, MalformedInput

MAGIC = b"MDL1"
PREFIX, TAG, CHUNK = 7, 16, 1 << 20
HEADER = len(MAGIC) + PREFIX
BROKEN = "the sealed payload does not open: it was changed, cut, or belongs to another record"


@dataclass(frozen=True, slots=True)
class Content:
    """A record's exact bytes with their media type and the 32-byte seed of their commitment."""

    media_type: str
    seed: bytes
    content: bytes


def seal(content: Content, key: bytes, record_id: bytes) -> bytes:
    """Ciphertext under a 32-byte key that is never used for anything else."""
    prefix, plain, cipher = os.urandom(PREFIX), _frame(content), AESGCM(key)
    parts = [MAGIC + prefix]
    count = max(1, -(-len(plain) // CHUNK))
    for number in range(count):
        chunk = plain[number * CHUNK : (number + 1) * CHUNK]
        parts.append(cipher.encrypt(_nonce(prefix, number, number == count - 1), chunk, MAGIC + record_id))
    return b"".join(parts)


def open_sealed(sealed: bytes, key: bytes, record_id: bytes) -> Content:
    """What was sealed. Raises IntegrityFailure for anything else than exactly that."""
    if len(sealed) < HEADER + TAG or not sealed.startswith(MAGIC):
        raise IntegrityFailure(BROKEN)
    prefix, body, cipher = sealed[len(MAGIC) : HEADER], memoryview(sealed)[HEADER:], AESGCM(key)
    count = -(-len(body) // (CHUNK + TAG))
    plain = []
    try:
        for number in range(count):
            chunk = body[number * (CHUNK + TAG) : (number + 1) * (CHUNK + TAG)]
            nonce = _nonce(prefix, number, number == count - 1)
            plain.append(cipher.decrypt(nonce, bytes(chunk), MAGIC + record_id))
    except (InvalidTag, ValueError) as error:
        raise IntegrityFailure(BROKEN) from error
    return _unframe(b"".join(plain))


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _frame(content: Content) -> bytes:
    kind = content.media_type.encode("ascii", "strict")
    if len(kind) > 127 or len(content.seed) != SEED_SIZE:
        raise MalformedInput("a media type has at most 127 ASCII characters, a seed 32 bytes")
    plain = bytes([len(kind)]) + kind + content.seed + len(content.content).to_bytes(8, "big") + content.content
    return plain.ljust(padme(len(plain)), b"\0")


def _unframe(plain: bytes) -> Content:
    kind = 1 + (plain[0] if plain else 0)
    start = kind + SEED_SIZE + 8
    length = int.from_bytes(plain[kind + SEED_SIZE : start], "big")
    if start + length > len(plain):
        raise IntegrityFailure(BROKEN)
    return Content(plain[1:kind].decode("ascii"), plain[kind : kind + SEED_SIZE], plain[start : start + length])


def padme(length: int) -> int:
    """The padded length: at most 12 % more, and only O(log log n) bits of the length are told (PURBs, §4)."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
