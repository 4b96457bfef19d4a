"""A readable file object over an iterator of pieces, in constant memory."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from mydata_ledger.anchors.ipld.unixfs import Piece


class PieceFile(io.RawIOBase):
    """A file object over pieces of bytes. It is read once, from start to end."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces = iter(pieces)
        self._left: Piece = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into the buffer at most the rest of one piece, and return the number of bytes; 0 at the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def file_of(pieces: Iterable[Piece], at_once: int = 256 * 1024) -> io.BufferedReader:
    """Return a buffered `PieceFile`, whose `read` returns as many bytes as were requested, except at the end."""
    return io.BufferedReader(PieceFile(pieces), at_once)
