"""Offsets of the parts of a JSON text, so that a part can be kept byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

SPACE = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode


def members(text: str, offset: int) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of each member of the object at `offset`; the text must be valid JSON."""
    offset = _skip(text, offset + 1)
    while text[offset] != "}":
        name, offset = _decode(text, offset)
        start = _skip(text, _skip(text, offset) + 1)
        _, end = _decode(text, start)
        yield name, start, end
        offset = _next(text, end)


def items(text: str, offset: int) -> Iterator[tuple[int, int]]:
    """Start and end of each item of the array at `offset`."""
    offset = _skip(text, offset + 1)
    while text[offset] != "]":
        _, end = _decode(text, offset)
        yield offset, end
        offset = _next(text, end)


def start_of(text: str) -> int:
    """The offset of the first value."""
    return _skip(text, 0)


def _next(text: str, end: int) -> int:
    offset = _skip(text, end)
    return _skip(text, offset + 1) if text[offset] == "," else offset


def _skip(text: str, offset: int) -> int:
    space = SPACE.match(text, offset)
    return space.end() if space else offset
