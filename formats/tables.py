"""Tables in CSV (RFC 4180) as programs really write them: other delimiters, bare CR, byte order marks, Korean."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mydata_ledger.formats.encodings import decode
from mydata_ledger.formats.parts import BadPart
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

DELIMITERS = ",;\t|"
MAX_ROWS, MAX_COLUMNS = 1_000_000, 1_000
MAX_FIELD = 131_072
"""Characters of one field: the limit of the standard library."""


class TableRow(NamedTuple):
    """One row: the line it begins on, and its fields by column, as they are written."""

    line: int
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: columns in order, rows, rows that do not fit the columns, and how it was read."""

    columns: tuple[str, ...]
    rows: list[TableRow]
    bad: list[BadPart]
    encoding: str
    delimiter: str
    declared_wrongly: bool


def read_table(raw: bytes, declared: str = "", delimiter: str = "") -> Table:
    """The table in the bytes; its first row names the columns. Blank lines are left out.

    Args:
        raw: At most 64 MiB.
        declared: The encoding that a header states; empty if none does.
        delimiter: One character; by default the one of DELIMITERS that is most frequent in the first row.

    Raises:
        MalformedInput: There is no row; two columns have the same name; or a quote is not closed, or text follows it.
        TooLarge: There are more than 1,000,000 rows, 1,000 columns, or 131,072 characters in a field.
    """
    decoded = decode(raw, declared)
    delimiter = delimiter or _delimiter(decoded.text)
    lines = _rows(decoded.text, delimiter)
    columns = _columns(next(lines, (0, []))[1])
    rows: list[TableRow] = []
    bad: list[BadPart] = []
    for count, (line, fields) in enumerate(lines, 1):
        if count > MAX_ROWS:
            raise TooLarge(f"a table has at most {MAX_ROWS} rows")
        if len(fields) == len(columns):
            rows.append(TableRow(line, dict(zip(columns, fields, strict=True))))
        else:
            bad.append(BadPart(line, f"has {len(fields)} fields, and the table {len(columns)} columns"))
    return Table(tuple(columns), rows, bad, decoded.encoding, delimiter, decoded.declared_wrongly)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line on which it begins. A bare CR ends a line too."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for fields in reader:
            if fields and fields != [""]:
                yield begins, fields
            begins = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise TooLarge(f"line {begins}: a field has at most {MAX_FIELD} characters") from error
        raise MalformedInput(f"line {begins}: a quote is not closed, or text follows a quoted field") from error


def _delimiter(text: str) -> str:
    """The delimiter that stands most often in the first row, outside of quotes."""
    start = text[: MAX_FIELD * 2].lstrip("\r\n")
    outside, counts = True, Counter[str]()
    for character in start:
        if character == '"':
            outside = not outside
        elif outside and character in "\r\n":
            break
        elif outside and character in DELIMITERS:
            counts[character] += 1
    return max(DELIMITERS, key=lambda one: counts[one])


def _columns(names: list[str]) -> list[str]:
    """The names of the columns; one without a name is named by its place: `column 6`."""
    if not names:
        raise MalformedInput("the table has no rows")
    if len(names) > MAX_COLUMNS:
        raise TooLarge(f"a table has at most {MAX_COLUMNS} columns")
    columns = [name if name.strip() else f"column {number}" for number, name in enumerate(names, 1)]
    if len(set(columns)) != len(columns):
        raise MalformedInput("two columns have the same name")
    return columns
