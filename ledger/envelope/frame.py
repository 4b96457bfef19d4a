"""The sealed plaintext: the content, preceded by media type, seed and length, and followed by zeros (Padmé) that hide
the length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mydata_ledger.ledger.commitment.content import SEED_SIZE, Piece
from mydata_ledger.ledger.errors import IntegrityFailure, MalformedInput

__all__ = ["Piece"]
MAX_KIND, LENGTH_SIZE = 127, 8
BROKEN = "the sealed payload does not open: it was changed, cut, or belongs to another record"


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a record's content: media type, 32-byte seed of its commitment, length in bytes."""

    media_type: str
    seed: bytes
    length: int

    def encode(self) -> bytes:
        """The bytes that precede the content. Raises MalformedInput."""
        if not self.media_type.isascii() or len(self.media_type) > MAX_KIND or len(self.seed) != SEED_SIZE:
            raise MalformedInput("a media type has at most 127 ASCII characters, a seed 32 bytes")
        kind = self.media_type.encode()
        return bytes([len(kind)]) + kind + self.seed + self.length.to_bytes(LENGTH_SIZE, "big")

    @property
    def padded(self) -> int:
        """The number of bytes to encrypt: header, content and zeros."""
        return padme(1 + len(self.media_type) + SEED_SIZE + LENGTH_SIZE + self.length)


def decode(plain: Piece) -> tuple[Header, int]:
    """The header, and its length in bytes. Raises IntegrityFailure."""
    kind = 1 + (plain[0] if len(plain) else 0)
    end = kind + SEED_SIZE + LENGTH_SIZE
    if kind > 1 + MAX_KIND or len(plain) < end:
        raise IntegrityFailure(BROKEN)
    media_type = bytes(plain[1:kind]).decode("ascii", "replace")
    seed, length = bytes(plain[kind : kind + SEED_SIZE]), int.from_bytes(plain[end - LENGTH_SIZE : end], "big")
    return Header(media_type, seed, length), end


def frame_pieces(header: Header, content: Iterable[Piece], step: int) -> Iterator[Piece]:
    """All bytes to encrypt, in pieces; the zeros in pieces of `step` bytes.

    Raises:
        MalformedInput: the content is not as long as the header states.
    """
    head, remaining = header.encode(), header.length
    yield head
    for piece in content:
        remaining -= len(piece)
        if remaining < 0:
            break
        yield piece
    if remaining:
        raise MalformedInput("the content is longer or shorter than was said")
    for start in range(len(head) + header.length, header.padded, step):
        yield bytes(min(step, header.padded - start))


def rechunk(pieces: Iterable[Piece], size: int) -> Iterator[Piece]:
    """The bytes in pieces of `size`, the last one shorter; only bytes across a piece boundary are copied."""
    buffer = bytearray()
    for piece in pieces:
        view = memoryview(piece)
        while view:
            if not buffer and len(view) >= size:
                yield view[:size]
                view = view[size:]
                continue
            take = size - len(buffer)
            buffer += view[:take]
            view = view[take:]
            if len(buffer) == size:
                yield buffer
                buffer = bytearray()
    if buffer:
        yield buffer


class PieceSource:
    """A reader of pieces that returns views: nothing is copied, and a view is valid until the next read."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def take(self, most: int) -> memoryview:
        """The next 1 to `most` bytes; none at the end, or when `most` is 0."""
        while most and not self._rest and (piece := next(self._pieces, None)) is not None:
            self._rest = memoryview(piece)
        piece_taken, self._rest = self._rest[:most], self._rest[most:]
        return piece_taken

    def finish(self) -> None:
        """Read to the end, so that the source can check its own length."""
        while self.take(1):
            continue


def padme(length: int) -> int:
    """The padded length: at most 12 % more, which reveals only O(log log n) bits of the length (PURBs, §4)."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
