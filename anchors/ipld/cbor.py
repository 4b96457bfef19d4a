"""Decoder for DAG-CBOR: the value of a block, with its links (ipld.io/specs/codecs/dag-cbor). There is no encoder."""

from __future__ import annotations

import struct
from typing import Any

from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.ledger.errors import MalformedInput

LINK = 42
MAX_DEPTH = 128
NOT_CBOR = "the block is not DAG-CBOR"
FLOATS = {25: ">e", 26: ">f", 27: ">d"}
SIMPLE = {20: False, 21: True, 22: None}


def decode(block: bytes) -> Any:
    """Decode a block into numbers, text, bytes, lists, dicts with text keys, `Cid`, True, False and None.

    Raises MalformedInput.
    """
    reader = _Reader(block)
    value = reader.value(0)
    if reader.offset != len(block):
        raise MalformedInput(NOT_CBOR)
    return value


class _Reader:
    def __init__(self, block: bytes) -> None:
        self._block, self.offset = block, 0

    def value(self, depth: int) -> Any:
        major, small = divmod(self._take(1)[0], 32)
        if depth > MAX_DEPTH:
            raise MalformedInput(f"the block is nested deeper than {MAX_DEPTH} levels")
        if major == 7:
            return self._special(small)
        return self._value_of_type(major, self._number(small), depth)

    def _value_of_type(self, major: int, number: int, depth: int) -> Any:
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
        content = self.value(depth + 1) if tag == LINK else None
        if not isinstance(content, bytes) or not content.startswith(b"\0"):
            raise MalformedInput(NOT_CBOR)
        return Cid.decode(content[1:])

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
        """Check a count of items against the bytes that are left, since each item has at least one byte."""
        if count > len(self._block) - self.offset:
            raise MalformedInput(NOT_CBOR)
        return count

    def _take(self, size: int) -> bytes:
        content = self._block[self.offset : self.offset + size]
        if len(content) != size:
            raise MalformedInput("the block ends too early")
        self.offset += size
        return content
