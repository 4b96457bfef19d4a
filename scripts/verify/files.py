"""Files of proof documents: one document, a JSON array, a bundle, or one document a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mydata_ledger.ledger.canonical import MAX_BYTES, read
from mydata_ledger.ledger.errors import LedgerError, MalformedInput
from mydata_ledger.scripts.verify.document import Document, parse

BUNDLE = "mydata-proofs-1"
"""`kind` of a file with many documents: {"kind", "documents": [...]}."""


def load(path: Path) -> Document:
    """Load the only document of a file. Raises MalformedInput, also for several documents; OSError."""
    documents = list(load_all(path))
    if len(documents) != 1:
        raise MalformedInput("the file holds many documents; verify them with `mydata verify`")
    if isinstance(documents[0], Document):
        return documents[0]
    raise documents[0]


def load_all(path: Path) -> Iterator[Document | MalformedInput]:
    """Yield every document of a file in order, or the error of an item that is no document.

    It never raises MalformedInput: an unreadable file gives one error. Lines are read one by one, so their number has
    no limit. Raises OSError.
    """
    with path.open("rb") as file:
        first = file.readline(MAX_BYTES + 1)
        if first.rstrip().endswith(b"}") and first.lstrip().startswith(b"{") and _is_line_file(file):
            yield _parse_line(first)
            while line := file.readline(MAX_BYTES + 1):
                if line.strip():
                    yield _parse_line(line)
            return
        yield from documents_in(first + file.read(MAX_BYTES + 1 - len(first)))


def _is_line_file(file: Any) -> bool:
    """True if the next line begins a document; the file position does not change."""
    position = file.tell()
    following = file.read(1024).lstrip()
    file.seek(position)
    return bool(following.startswith(b"{"))


def documents_in(raw: bytes) -> Iterator[Document | MalformedInput]:
    """The documents in one JSON value: a document, a list, or a bundle; at least one item, else an error."""
    try:
        value = _read(raw)
    except MalformedInput as error:
        yield error
        return
    values = value.get("documents") if isinstance(value, dict) and value.get("kind") == BUNDLE else value
    if not isinstance(values, list):
        yield _parsed(value)
    elif not values:
        yield MalformedInput("the bundle is empty")
    else:
        yield from map(_parsed, values)


def _parse_line(raw: bytes) -> Document | MalformedInput:
    try:
        return parse(_read(raw))
    except MalformedInput as error:
        return error


def _parsed(value: Any) -> Document | MalformedInput:
    try:
        return parse(value)
    except LedgerError as error:
        return MalformedInput(str(error))


def _read(raw: bytes) -> Any:
    """Read JSON. Raises MalformedInput, also for a file that is too large."""
    try:
        return read(raw)
    except LedgerError as error:
        raise MalformedInput(str(error)) from error
