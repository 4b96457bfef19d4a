"""Varints, and the two wire types of protobuf fields that dag-pb and UnixFS use."""

from __future__ import annotations

from collections.abc import Iterator

from mydata_ledger.ledger.errors import MalformedInput

CUT = "the block ends too early"


def varint(value: int) -> bytes:
    """Encode a number as unsigned LEB128."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def read_varint(message: bytes, offset: int) -> tuple[int, int]:
    """Return the number at an offset, and the offset after it. Raises MalformedInput."""
    value = shift = 0
    while offset < len(message) and shift < 64:
        byte = message[offset]
        offset += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, offset
        shift += 7
    raise MalformedInput(CUT)


def number(field: int, value: int) -> bytes:
    """Encode a protobuf field of wire type 0 (a number)."""
    return bytes([field << 3]) + varint(value)


def data(field: int, value: bytes) -> bytes:
    """Encode a protobuf field of wire type 2 (bytes)."""
    return bytes([field << 3 | 2]) + varint(len(value)) + value


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field, in order. Raises MalformedInput."""
    offset = 0
    while offset < len(message):
        key, offset = read_varint(message, offset)
        value, offset = read_varint(message, offset)
        if key & 7 == 0:
            yield key >> 3, value
            continue
        if key & 7 != 2:
            raise MalformedInput("the block is not dag-pb")
        if offset + value > len(message):
            raise MalformedInput(CUT)
        yield key >> 3, message[offset : offset + value]
        offset += value
