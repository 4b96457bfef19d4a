"""Facts somebody holds: statements in clear, one JSON object a line, the first line saying what the rest is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.receipt import LOG_OF, LoggedStatement, SignedStatement
from mydata_ledger.ledger.typed_data import read_domain, read_hex

KINDS = {kind.__name__: kind for kind in LOG_OF}
MAX_LINE = 1024 * 1024
SHAPE = "not a file of facts; make one with `mydata facts`"


@dataclass(frozen=True, slots=True)
class HeldStatements:
    """The statements, the directory's contract, and what only the holder can say; see `ledger.replay.Evidence`."""

    statements: tuple[LoggedStatement, ...]
    parties: str
    outdated: frozenset[bytes]
    erased: frozenset[bytes]
    complete: bool

    def positions(self, log: str) -> set[int]:
        """Where in a log the statements claim to lie."""
        return {each.position for each in self.statements if each.signed.log == log}


def read_facts(path: Path) -> HeldStatements:
    """The facts in a file. Raises MalformedInput, naming the line; OSError as the file system raises it."""
    with path.open("rb") as file:
        number, lines = 1, _lines(file)
        try:
            first = orjson.loads(next(lines, b""))
            outdated, erased = (
                frozenset(read_hex(one, name, 32) for one in first[name]) for name in ("outdated", "erased")
            )
            found = []
            for line in lines:
                number += 1
                found.append(_logged(orjson.loads(line)))
            return HeldStatements(tuple(found), str(first["parties"]), outdated, erased, first["complete"] is True)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise MalformedInput(f"line {number} of {path.name}: {SHAPE}") from error
        except MalformedInput as error:
            raise MalformedInput(f"line {number} of {path.name}: {error}") from error


def _words(first: dict[str, Any], name: str) -> frozenset[bytes]:
    return frozenset(read_hex(word, name, 32) for word in first[name])


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise MalformedInput(f"a line has at most {MAX_LINE} bytes")
        yield line


def _logged(raw: dict[str, Any]) -> LoggedStatement:
    document, accepted_at = raw["document"], raw["accepted_at"]
    statement: Any = typed_data.parse(KINDS[document["kind"]], document["message"])
    domain = read_domain(document["domain"])
    if domain is None or not isinstance(accepted_at, int) or not isinstance(document["position"], int):
        raise MalformedInput(SHAPE)
    entry = Entry(
        digest=typed_data.digest(statement, domain),
        signature=read_hex(document["signature"], "signature"),
        salt=read_hex(document["salt"], "salt", 32),
        lock=read_hex(document["lock"], "lock", 32),
    )
    return LoggedStatement(SignedStatement(statement, entry), document["position"], accepted_at)
