"""JSON and JSON lines in any encoding that texts come in; each value is read strictly (`ledger.canonical`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mydata_ledger.formats.encodings import decode
from mydata_ledger.formats.parts import BadPart
from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

MAX_LINES = 1_000_000


def read_json(raw: bytes, declared: str = "") -> Any:
    """The JSON value in the bytes; numbers are `Digits`, so that no digit of an amount is lost.

    Raises what `decode` and `ledger.canonical.read` raise.
    """
    return read(_utf8(raw, declared), exact=True)


def read_json_lines(raw: bytes, declared: str = "") -> Iterator[tuple[int, Any] | BadPart]:
    """Each line that is not blank: its number (from 1) and its value, or why it has none.

    Raises:
        MalformedInput: The bytes are no text.
        TooLarge: There are more than 1,000,000 lines, or 64 MiB.
    """
    for number, line in enumerate(_utf8(raw, declared).splitlines(), 1):
        if number > MAX_LINES:
            raise TooLarge(f"a file has at most {MAX_LINES} lines")
        if line.strip():
            yield _line(number, line)


def _line(number: int, line: bytes) -> tuple[int, Any] | BadPart:
    try:
        return number, read(line, exact=True)
    except MalformedInput as error:
        return BadPart(number, str(error))


def _utf8(raw: bytes, declared: str) -> bytes:
    return decode(raw, declared).text.encode("utf-8", "surrogatepass")
