"""Where the parts of a JSON text lie, so that a part can be kept byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

SPACE = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode


def members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of each member of the object at `at`; the text is known to be JSON."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        _, end = _decode(text, start)
        yield name, start, end
        at = _next(text, end)


def items(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Start and end of each item of the array at `at`."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _decode(text, at)
        yield at, end
        at = _next(text, end)


def start_of(text: str) -> int:
    """Where the value starts."""
    return _skip(text, 0)


def _next(text: str, end: int) -> int:
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at
