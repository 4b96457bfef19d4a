"""The journal's table of contents: which sheets there are, and what each holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from mydata_ledger.anchors.journal.safe import Place
from mydata_ledger.ledger.errors import IntegrityFailure

VERSION = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sealed sheet: of a log its statements from position `start` to before `end`; of a shelf (`notices`, or the
    papers of a kind) as many items as `end`. `digest` tells whether a shelf has changed.
    """

    name: str
    start: int
    end: int
    place: Place
    digest: bytes = b""

    @property
    def count(self) -> int:
        """Statements or items on it."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Contents:
    """`logs` has each log's sheets in order and without gaps; `shelves` the others by name; `replaced` the CIDs that
    this table of contents no longer needs, to be let go once it is the newest.
    """

    logs: dict[str, tuple[Sheet, ...]] = field(default_factory=dict)
    shelves: dict[str, Sheet] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()

    def size(self, log: str) -> int:
        """Statements of the log that are kept."""
        sheets = self.logs.get(log, ())
        return sheets[-1].end if sheets else 0

    def places(self) -> list[Place]:
        """Where every sheet lies."""
        return [sheet.place for sheet in (*self.shelves.values(), *(s for found in self.logs.values() for s in found))]

    def with_replaced(self, before: Contents, place: Place | None) -> Contents:
        """The same, naming what `before`, which lay at `place`, needed and this one does not."""
        kept = {each.cid for each in self.places()}
        gone = {each.cid for each in before.places()} | ({place.cid} if place else set())
        return replace(self, replaced=tuple(sorted(gone - kept)))


def encode(contents: Contents) -> bytes:
    """A table of contents as JSON."""
    logs = {log: [_said(sheet) for sheet in sheets] for log, sheets in contents.logs.items()}
    shelves = [_said(sheet) for sheet in contents.shelves.values()]
    return orjson.dumps({"version": VERSION, "logs": logs, "shelves": shelves, "replaced": contents.replaced})


def decode(raw: bytes) -> Contents:
    """What `encode` wrote. Raises IntegrityFailure."""
    try:
        said = orjson.loads(raw)
        if said["version"] > VERSION:
            raise IntegrityFailure("the journal was written by a newer program; recover with that one")
        logs = {log: tuple(_sheet(each) for each in sheets) for log, sheets in said["logs"].items()}
        shelves = [_sheet(each) for each in said["shelves"]]
        return Contents(logs, {sheet.name: sheet for sheet in shelves}, tuple(said["replaced"]))
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityFailure("the journal's table of contents cannot be read") from error


def _said(sheet: Sheet) -> list[Any]:
    return [sheet.name, sheet.start, sheet.end, sheet.place.cid, sheet.place.nonce.hex(), sheet.digest.hex()]


def _sheet(said: list[Any]) -> Sheet:
    name, start, end, cid, nonce, digest = said
    return Sheet(str(name), int(start), int(end), Place(str(cid), bytes.fromhex(nonce)), bytes.fromhex(digest))
