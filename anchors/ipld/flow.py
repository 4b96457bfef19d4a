"""A file to read from whatever comes in pieces, in constant memory."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from mydata_ledger.anchors.ipld.unixfs import Piece


class Flow(io.RawIOBase):
    """The pieces as a file, read once and forward."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces = iter(pieces)
        self._left: Piece = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As many bytes as one piece has left, at most."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def file_of(pieces: Iterable[Piece], at_once: int = 256 * 1024) -> io.BufferedReader:
    """`Flow`, buffered: what gives as many bytes as are asked for."""
    return io.BufferedReader(Flow(pieces), at_once)
