"""AES-256-GCM in 1 MiB chunks, each bound to its record, its number and whether it is the last (design §6).

sealed = magic ‖ nonce prefix (7) ‖ chunks. A chunk's nonce is prefix ‖ number (4) ‖ last mark (1): the STREAM
construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), so that no chunk can be truncated, moved, duplicated or
omitted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import chain

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import GCM

from mydata_ledger.ledger.envelope import frame
from mydata_ledger.ledger.envelope.frame import BROKEN, Header, Piece
from mydata_ledger.ledger.errors import IntegrityFailure

MAGIC = b"MDL1"
PREFIX, TAG, CHUNK = 7, 16, 1 << 20
HEADER = len(MAGIC) + PREFIX
WritePart = Callable[[memoryview], int]
"""Writes one part at the start of the given buffer; returns its length in bytes."""


@dataclass(frozen=True, slots=True)
class Content:
    """A record's exact bytes with their media type and the 32-byte seed of their commitment."""

    media_type: str
    seed: bytes
    content: bytes


def seal(content: Content, key: bytes, record_id: bytes) -> bytes:
    """The ciphertext of the content under a 32-byte key, which must be used only once. Raises MalformedInput."""
    header = Header(content.media_type, content.seed, len(content.content))
    sealed = BytesIO()
    sealed.seek(sealed_size(header) - 1)
    sealed.write(b"\0")
    with sealed.getbuffer() as buffer:
        offset = 0
        for write in _sealed(header, [content.content], key, record_id):
            offset += write(buffer[offset:])
    return sealed.getvalue()


def seal_stream(header: Header, content: Iterable[Piece], key: bytes, record_id: bytes) -> Iterator[bytearray]:
    """`seal` for content of any size in constant memory.

    Raises:
        MalformedInput: the content is not as long as the header states; this may be raised after some output.
    """
    for write in _sealed(header, content, key, record_id):
        piece = bytearray(CHUNK + TAG)
        size = write(memoryview(piece))
        del piece[size:]
        yield piece


def sealed_size(header: Header) -> int:
    """The number of bytes that `seal` returns for such content."""
    return HEADER + header.padded + TAG * _chunks_of(header.padded)


def open_sealed(sealed: bytes, key: bytes, record_id: bytes) -> Content:
    """The content that was sealed. Raises IntegrityFailure for any other input."""
    header, content = open_stream([sealed], key, record_id)
    return Content(header.media_type, header.seed, b"".join(content))


def open_stream(sealed: Iterable[Piece], key: bytes, record_id: bytes) -> tuple[Header, Iterator[Piece]]:
    """The header and the content, in constant memory. Raises IntegrityFailure, at once or during reading.

    Every piece is authentic, in its position, when it is returned. That nothing is missing is known only when the
    iterator has ended without an error.
    """
    plain = _opened(sealed, key, record_id)
    first = memoryview(next(plain, b""))
    header, start = frame.decode(first)
    return header, _content(chain([first[start:]], plain), header.length)


def _sealed(header: Header, content: Iterable[Piece], key: bytes, record_id: bytes) -> Iterator[WritePart]:
    """The parts of a sealed payload; each must be written before the next is requested."""
    plain = frame.PieceSource(frame.frame_pieces(header, content, CHUNK))
    prefix, count, cipher, associated_data = (
        os.urandom(PREFIX),
        _chunks_of(header.padded),
        AES256(key),
        MAGIC + record_id,
    )
    yield partial(_put, MAGIC + prefix)
    for number in range(count):
        yield partial(_encrypt, cipher, _nonce(prefix, number, number == count - 1), associated_data, plain)
    plain.finish()


def _put(head: bytes, buffer: memoryview) -> int:
    buffer[: len(head)] = head
    return len(head)


def _encrypt(cipher: AES256, nonce: bytes, associated_data: bytes, plain: frame.PieceSource, buffer: memoryview) -> int:
    """AES-256-GCM of the next chunk, written to the buffer with its tag; returns the number of bytes."""
    encryptor, size = Cipher(cipher, GCM(nonce)).encryptor(), 0
    encryptor.authenticate_additional_data(associated_data)
    while piece := plain.take(CHUNK - size):
        size += encryptor.update_into(piece, buffer[size:])
    encryptor.finalize()
    return size + _put(encryptor.tag, buffer[size:])


def _content(plain: Iterator[Piece], length: int) -> Iterator[Piece]:
    for chunk in plain:
        if length and len(chunk):
            yield chunk if len(chunk) <= length else memoryview(chunk)[:length]
        length -= min(length, len(chunk))
    if length:
        raise IntegrityFailure(BROKEN)


def _opened(sealed: Iterable[Piece], key: bytes, record_id: bytes) -> Iterator[bytes]:
    prefix, chunks = _split(sealed)
    cipher, waiting, number = AESGCM(key), next(chunks, b""), 0
    for following in chunks:
        yield _decrypt(cipher, _nonce(prefix, number, False), waiting, record_id)
        waiting, number = following, number + 1
    yield _decrypt(cipher, _nonce(prefix, number, True), waiting, record_id)


def _split(sealed: Iterable[Piece]) -> tuple[bytes, Iterator[Piece]]:
    """The nonce prefix, and the chunks that follow it."""
    pieces = iter(sealed)
    head = b""
    while len(head) < HEADER and (piece := next(pieces, None)) is not None:
        head, rest = head + bytes(piece[: HEADER - len(head)]), memoryview(piece)[HEADER - len(head) :]
    if len(head) < HEADER or not head.startswith(MAGIC):
        raise IntegrityFailure(BROKEN)
    return head[len(MAGIC) :], frame.rechunk(chain([rest], pieces), CHUNK + TAG)


def _decrypt(cipher: AESGCM, nonce: bytes, chunk: Piece, record_id: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, chunk, MAGIC + record_id)
    except (InvalidTag, ValueError) as error:
        raise IntegrityFailure(BROKEN) from error


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _chunks_of(size: int) -> int:
    return max(1, -(-size // CHUNK))
