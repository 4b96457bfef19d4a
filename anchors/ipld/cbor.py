"""DAG-CBOR, read only: the values of a block, links among them (ipld.io/specs/codecs/dag-cbor)."""

from __future__ import annotations

import struct
from typing import Any

from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.ledger.errors import MalformedInput

LINK = 42
DEEPEST = 128
NOT_CBOR = "the block is not DAG-CBOR"
FLOATS = {25: ">e", 26: ">f", 27: ">d"}
SIMPLE = {20: False, 21: True, 22: None}


def decode(block: bytes) -> Any:
    """The value: numbers, text, bytes, lists, dicts under text, `Cid`, True, False, None. Raises MalformedInput."""
    reader = _Reader(block)
    value = reader.value(0)
    if reader.at != len(block):
        raise MalformedInput(NOT_CBOR)
    return value


class _Reader:
    def __init__(self, block: bytes) -> None:
        self._block, self.at = block, 0

    def value(self, depth: int) -> Any:
        major, small = divmod(self._take(1)[0], 32)
        if depth > DEEPEST:
            raise MalformedInput("the block is nested deeper than anything we read")
        if major == 7:
            return self._special(small)
        return self._made(major, self._number(small), depth)

    def _made(self, major: int, number: int, depth: int) -> Any:
        match major:
            case 0:
                return number
            case 1:
                return -1 - number
            case 2:
                return self._take(number)
            case 3:
                return self._text(number)
            case 4:
                return [self.value(depth + 1) for _ in range(self._bounded(number))]
            case 5:
                return dict(self._pair(depth) for _ in range(self._bounded(number)))
            case _:
                return self._link(number, depth)

    def _pair(self, depth: int) -> tuple[str, Any]:
        name = self.value(depth + 1)
        if not isinstance(name, str):
            raise MalformedInput(NOT_CBOR)
        return name, self.value(depth + 1)

    def _link(self, tag: int, depth: int) -> Cid:
        held = self.value(depth + 1) if tag == LINK else None
        if not isinstance(held, bytes) or not held.startswith(b"\0"):
            raise MalformedInput(NOT_CBOR)
        return Cid.decode(held[1:])

    def _special(self, small: int) -> Any:
        if small in FLOATS:
            return struct.unpack(FLOATS[small], self._take(1 << small - 24))[0]
        if small not in SIMPLE:
            raise MalformedInput(NOT_CBOR)
        return SIMPLE[small]

    def _text(self, size: int) -> str:
        try:
            return self._take(size).decode()
        except UnicodeDecodeError as error:
            raise MalformedInput(NOT_CBOR) from error

    def _number(self, small: int) -> int:
        if small < 24:
            return small
        if small > 27:
            raise MalformedInput(NOT_CBOR)
        return int.from_bytes(self._take(1 << small - 24))

    def _bounded(self, count: int) -> int:
        """A count of items, each of which takes a byte at least."""
        if count > len(self._block) - self.at:
            raise MalformedInput(NOT_CBOR)
        return count

    def _take(self, size: int) -> bytes:
        found = self._block[self.at : self.at + size]
        if len(found) != size:
            raise MalformedInput("the block ends too early")
        self.at += size
        return found
