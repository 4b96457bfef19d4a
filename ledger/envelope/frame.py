"""What is sealed: the content's media type, its seed and length in front, zeros behind (Padmé) to hide the length."""

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
    """What a record's content is: media type, 32-byte seed of its commitment, length in bytes."""

    media_type: str
    seed: bytes
    length: int

    def encode(self) -> bytes:
        """The bytes in front of the content. Raises MalformedInput."""
        if not self.media_type.isascii() or len(self.media_type) > MAX_KIND or len(self.seed) != SEED_SIZE:
            raise MalformedInput("a media type has at most 127 ASCII characters, a seed 32 bytes")
        kind = self.media_type.encode()
        return bytes([len(kind)]) + kind + self.seed + self.length.to_bytes(LENGTH_SIZE, "big")

    @property
    def padded(self) -> int:
        """Bytes that are encrypted: header, content and zeros."""
        return padme(1 + len(self.media_type) + SEED_SIZE + LENGTH_SIZE + self.length)


def decode(plain: Piece) -> tuple[Header, int]:
    """The header and how many bytes it takes. Raises IntegrityFailure."""
    kind = 1 + (plain[0] if len(plain) else 0)
    end = kind + SEED_SIZE + LENGTH_SIZE
    if kind > 1 + MAX_KIND or len(plain) < end:
        raise IntegrityFailure(BROKEN)
    media_type = bytes(plain[1:kind]).decode("ascii", "replace")
    seed, length = bytes(plain[kind : kind + SEED_SIZE]), int.from_bytes(plain[end - LENGTH_SIZE : end], "big")
    return Header(media_type, seed, length), end


def framed(header: Header, content: Iterable[Piece], step: int) -> Iterator[Piece]:
    """Everything to encrypt, in pieces; zeros in pieces of `step` bytes.

    Raises MalformedInput unless the content is as long as the header says.
    """
    head, left = header.encode(), header.length
    yield head
    for piece in content:
        left -= len(piece)
        if left < 0:
            break
        yield piece
    if left:
        raise MalformedInput("the content is longer or shorter than was said")
    for start in range(len(head) + header.length, header.padded, step):
        yield bytes(min(step, header.padded - start))


def cut(pieces: Iterable[Piece], size: int) -> Iterator[Piece]:
    """The same bytes in pieces of `size`, the last one shorter; copies only what straddles a border."""
    kept = bytearray()
    for piece in pieces:
        view = memoryview(piece)
        while view:
            if not kept and len(view) >= size:
                yield view[:size]
                view = view[size:]
                continue
            take = size - len(kept)
            kept += view[:take]
            view = view[take:]
            if len(kept) == size:
                yield kept
                kept = bytearray()
    if kept:
        yield kept


class PieceSource:
    """Pieces, taken as views of them: nothing is copied, and a view is good until the next is taken."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def take(self, most: int) -> memoryview:
        """The next 1 to `most` bytes; none at the end, or when `most` is 0."""
        while most and not self._rest and (piece := next(self._pieces, None)) is not None:
            self._rest = memoryview(piece)
        taken, self._rest = self._rest[:most], self._rest[most:]
        return taken

    def finish(self) -> None:
        """Let the pieces end, so that they can say whether they were all."""
        while self.take(1):
            continue


def padme(length: int) -> int:
    """The padded length: at most 12 % more, and only O(log log n) bits of the length are told (PURBs, §4)."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
