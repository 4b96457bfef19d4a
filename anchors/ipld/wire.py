"""Varints and the two kinds of protobuf field that dag-pb and UnixFS use."""

from __future__ import annotations

from collections.abc import Iterator

from mydata_ledger.ledger.errors import MalformedInput

CUT = "the block ends too early"


def varint(value: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def read_varint(message: bytes, at: int) -> tuple[int, int]:
    """The number at an offset, and the offset behind it. Raises MalformedInput."""
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise MalformedInput(CUT)


def number(field: int, value: int) -> bytes:
    """A protobuf field of wire type 0."""
    return bytes([field << 3]) + varint(value)


def data(field: int, value: bytes) -> bytes:
    """A protobuf field of wire type 2."""
    return bytes([field << 3 | 2]) + varint(len(value)) + value


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of every field, in order. Raises MalformedInput."""
    at = 0
    while at < len(message):
        key, at = read_varint(message, at)
        value, at = read_varint(message, at)
        if key & 7 == 0:
            yield key >> 3, value
            continue
        if key & 7 != 2:
            raise MalformedInput("the block is not dag-pb")
        if at + value > len(message):
            raise MalformedInput(CUT)
        yield key >> 3, message[at : at + value]
        at += value
