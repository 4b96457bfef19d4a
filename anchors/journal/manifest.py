"""The journal's table of contents: which sheets there are, and what each holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from mydata_ledger.anchors.journal.blob_store import BlobReference
from mydata_ledger.ledger.errors import IntegrityFailure

VERSION = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """One sealed sheet: of a log its statements from position `start` to before `end`; of a shelf (`notices`, or the
    papers of a kind) as many items as `end`. `digest` tells whether a shelf has changed.
    """

    name: str
    start: int
    end: int
    reference: BlobReference
    digest: bytes = b""

    @property
    def count(self) -> int:
        """Statements or items on it."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Manifest:
    """`logs` has each log's sheets in order and without gaps; `shelves` the others by name; `replaced` the CIDs that
    this table of contents no longer needs, to be let go once it is the newest.
    """

    logs: dict[str, tuple[Segment, ...]] = field(default_factory=dict)
    snapshots: dict[str, Segment] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()

    def size(self, log: str) -> int:
        """Statements of the log that are kept."""
        sheets = self.logs.get(log, ())
        return sheets[-1].end if sheets else 0

    def references(self) -> list[BlobReference]:
        """Where every sheet lies."""
        return [
            sheet.reference for sheet in (*self.snapshots.values(), *(s for found in self.logs.values() for s in found))
        ]

    def with_replaced(self, before: Manifest, place: BlobReference | None) -> Manifest:
        """The same, naming what `before`, which lay at `place`, needed and this one does not."""
        kept = {each.cid for each in self.references()}
        gone = {each.cid for each in before.references()} | ({place.cid} if place else set())
        return replace(self, replaced=tuple(sorted(gone - kept)))


def encode(contents: Manifest) -> bytes:
    """A table of contents as JSON."""
    logs = {log: [_said(sheet) for sheet in sheets] for log, sheets in contents.logs.items()}
    shelves = [_said(sheet) for sheet in contents.snapshots.values()]
    return orjson.dumps({"version": VERSION, "logs": logs, "shelves": shelves, "replaced": contents.replaced})


def decode(raw: bytes) -> Manifest:
    """What `encode` wrote. Raises IntegrityFailure."""
    try:
        said = orjson.loads(raw)
        if said["version"] > VERSION:
            raise IntegrityFailure("the journal was written by a newer program; recover with that one")
        logs = {log: tuple(_sheet(each) for each in sheets) for log, sheets in said["logs"].items()}
        shelves = [_sheet(each) for each in said["shelves"]]
        return Manifest(logs, {sheet.name: sheet for sheet in shelves}, tuple(said["replaced"]))
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityFailure("the journal's table of contents cannot be read") from error


def _said(sheet: Segment) -> list[Any]:
    return [sheet.name, sheet.start, sheet.end, sheet.reference.cid, sheet.reference.nonce.hex(), sheet.digest.hex()]


def _sheet(said: list[Any]) -> Segment:
    name, start, end, cid, nonce, digest = said
    return Segment(
        str(name), int(start), int(end), BlobReference(str(cid), bytes.fromhex(nonce)), bytes.fromhex(digest)
    )
