"""Reading the journal back into an empty database, every statement checked on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mydata_ledger.anchors.journal import items, manifest
from mydata_ledger.anchors.journal.blob_store import BlobReference, BlobStore
from mydata_ledger.anchors.journal.journal import NOTICES, PAPERS
from mydata_ledger.anchors.journal.manifest import Manifest, Segment
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.errors import IntegrityFailure, NotFound, PayloadMissing
from mydata_ledger.ledger.receipt import LOGS, LoggedStatement
from mydata_ledger.ledger.typed_data import Domain

Say = Callable[[str, int, int], None]
"""Hears what is restored, how many are done and of how many."""


@dataclass(slots=True)
class RestoredCounts:
    """How many statements came back, by log, and how many papers and notices."""

    statements: dict[str, int] = field(default_factory=dict)
    notices: int = 0
    work_items: int = 0


class JournalReader:
    """A journal, to be read into a database."""

    def __init__(self, safe: BlobStore, domains: Mapping[str, Domain]) -> None:
        """Raises NotFound when nothing was ever journalled."""
        self._safe, self._domains = safe, domains
        self._place, self._contents = _newest(safe)

    def was_replaced(self) -> bool:
        """Whether a writer has turned to a newer journal since, and so may have let go of what this one names."""
        return self._safe.newest() != self._place

    def size(self, log: str) -> int:
        """Statements of the log that can be restored."""
        return self._contents.size(log)

    def references(self) -> list[BlobReference]:
        """Where its sheets lie, the table of contents among them."""
        return [self._place, *self._contents.references()]

    def into(self, store: Store, say: Say) -> RestoredCounts:
        """Restore everything; stopped and said again it goes on where it was.

        Raises PayloadMissing, PayloadAltered, IntegrityFailure, SourceUnavailable.
        """
        done = RestoredCounts()
        self._shelves(store, done)
        for log in LOGS:
            done.statements[log] = self._log(store, log, say)
        return done

    def _log(self, store: Store, log: str, say: Say) -> int:
        there, size = store.log.head(log).size, self.size(log)
        for sheet in self._contents.logs.get(log, ()):
            if sheet.end > there:
                store.rebuilding.restore(log, self._statements(sheet, log)[max(0, there - sheet.start) :])
            say(log, sheet.end, size)
        return size

    def _statements(self, sheet: Segment, log: str) -> list[LoggedStatement]:
        said = items.read_statements(self._safe.get(sheet.reference), sheet.start, self._domains[log])
        if len(said) != sheet.count:
            raise IntegrityFailure(items.BROKEN)
        return said

    def _shelves(self, store: Store, done: RestoredCounts) -> None:
        for name, sheet in self._contents.snapshots.items():
            raw = self._safe.get(sheet.reference)
            if name == NOTICES:
                for notice in items.read_notices(raw):
                    store.directory.publish(notice)
                done.notices = sheet.end
            elif name.startswith(PAPERS):
                store.rebuilding.restore_work_items(items.read_work_items(raw))
                done.work_items += sheet.end


def _newest(safe: BlobStore) -> tuple[BlobReference, Manifest]:
    """The newest table of contents; looked for again when a writer replaced it in the meantime."""
    while place := safe.newest():
        try:
            return place, manifest.decode(safe.get(place))
        except PayloadMissing:
            if safe.newest() == place:
                raise
    raise NotFound("the keystore's folder names no journal; give the folder of the ledger that was lost")
