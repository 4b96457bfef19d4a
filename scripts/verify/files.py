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
    """The one document in a file. Raises MalformedInput; OSError as the file system raises it."""
    found = list(load_all(path))
    if len(found) != 1:
        raise MalformedInput("the file holds many documents; verify them with `mydata verify`")
    if isinstance(found[0], Document):
        return found[0]
    raise found[0]


def load_all(path: Path) -> Iterator[Document | MalformedInput]:
    """Every document in a file, in order; what is none comes as the error that says why. Never raises MalformedInput:
    a file of garbage is one error. Lines are read one at a time, so their number has no bound.
    """
    with path.open("rb") as file:
        first = file.readline(MAX_BYTES + 1)
        if first.rstrip().endswith(b"}") and first.lstrip().startswith(b"{") and _more(file):
            yield _one(first)
            while line := file.readline(MAX_BYTES + 1):
                if line.strip():
                    yield _one(line)
            return
        yield from documents_in(first + file.read(MAX_BYTES + 1 - len(first)))


def _more(file: Any) -> bool:
    """Whether another line follows that begins a document; the place in the file stays."""
    place = file.tell()
    following = file.read(1024).lstrip()
    file.seek(place)
    return bool(following.startswith(b"{"))


def documents_in(raw: bytes) -> Iterator[Document | MalformedInput]:
    """The documents in one JSON value: itself, a list, or a bundle; at least one, or the error that says why."""
    try:
        value = _read(raw)
    except MalformedInput as error:
        yield error
        return
    many = value.get("documents") if isinstance(value, dict) and value.get("kind") == BUNDLE else value
    if not isinstance(many, list):
        yield _parsed(value)
    elif not many:
        yield MalformedInput("the bundle is empty")
    else:
        yield from map(_parsed, many)


def _one(raw: bytes) -> Document | MalformedInput:
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
    """Raises MalformedInput, also for what is too large."""
    try:
        return read(raw)
    except LedgerError as error:
        raise MalformedInput(str(error)) from error
