"""Facts file: statements in clear, one JSON object on each line; the first line is a header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.derived import DerivedRecord, Source
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.receipt import LOG_OF, LoggedStatement, SignedStatement
from mydata_ledger.ledger.typed_data import read_domain, read_hex

KINDS = {kind.__name__: kind for kind in LOG_OF}
MAX_LINE = 1024 * 1024
SHAPE = "not a file of facts; make one with `mydata facts`"


@dataclass(frozen=True, slots=True)
class HeldStatements:
    """Statements of a facts file, the PartyRegistry, and what only its holder knows; see `ledger.replay.Evidence`.

    `emergency_since` is the UTC second from which emergency access has its scope, as the ledger tells it.
    """

    statements: tuple[LoggedStatement, ...]
    parties: str
    outdated: frozenset[bytes]
    erased: frozenset[bytes]
    complete: bool
    emergency_since: int
    derived: tuple[DerivedRecord, ...] = ()
    """The person's derived records with their sources, as far as the file has them."""

    def positions(self, log: str) -> set[int]:
        """Claimed positions of the statements in a log."""
        return {logged.position for logged in self.statements if logged.signed.log == log}


def read_facts(path: Path) -> HeldStatements:
    """Read a facts file. Raises MalformedInput, which names the line; OSError."""
    with path.open("rb") as file:
        number, lines = 1, _lines(file)
        try:
            first = orjson.loads(next(lines, b""))
            outdated, erased = (
                frozenset(read_hex(digest, name, 32) for digest in first[name]) for name in ("outdated", "erased")
            )
            statements, derived = [], []
            for line in lines:
                number += 1
                raw = orjson.loads(line)
                derived += [_derived(raw["derived"])] if "derived" in raw else []
                statements += [] if "derived" in raw else [_logged(raw)]
            header = str(first["parties"]), outdated, erased, first["complete"] is True, int(first["emergency_since"])
            return HeldStatements(tuple(statements), *header, tuple(derived))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MalformedInput(f"line {number} of {path.name}: {SHAPE}") from error
        except MalformedInput as error:
            raise MalformedInput(f"line {number} of {path.name}: {error}") from error


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise MalformedInput(f"a line has at most {MAX_LINE} bytes")
        yield line


def _derived(raw: dict[str, Any]) -> DerivedRecord:
    """A derived record with its sources. Its payload and what was considered are not in the file."""
    sources = tuple(
        Source(read_hex(record_id, "source", 32), str(category), read_hex(commitment, "commitment", 32))
        for record_id, category, commitment in raw["sources"]
    )
    person, salt = read_hex(raw["data_subject"], "data_subject"), read_hex(raw["salt"], "salt", 32)
    return DerivedRecord(str(raw["kind"]), person, salt, sources, b"", "", int(raw["built_at"]))


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
