"""Restores the journal into an empty database. Every statement is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mydata_ledger.anchors.journal import items, manifest
from mydata_ledger.anchors.journal.blob_store import BlobReference, BlobStore
from mydata_ledger.anchors.journal.journal import NOTICES, WORK_ITEMS
from mydata_ledger.anchors.journal.manifest import Manifest, Segment
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.errors import IntegrityFailure, NotFound, PayloadMissing
from mydata_ledger.ledger.receipt import LOGS, LoggedStatement
from mydata_ledger.ledger.typed_data import Domain

Progress = Callable[[str, int, int], None]
"""Called with the name of a log, how many of its statements are restored, and how many there are."""


@dataclass(slots=True)
class RestoredCounts:
    """How many statements were restored, by log, and how many notices and work items."""

    statements: dict[str, int] = field(default_factory=dict)
    notices: int = 0
    work_items: int = 0


class JournalReader:
    """Reads a journal into a database."""

    def __init__(self, blobs: BlobStore, domains: Mapping[str, Domain]) -> None:
        """Read the newest manifest. Raises NotFound when nothing was ever journalled."""
        self._blobs, self._domains = blobs, domains
        self._reference, self._manifest = _newest(blobs)

    def was_replaced(self) -> bool:
        """Return True if there is a newer manifest, so that blobs of this one may have been unpinned."""
        return self._blobs.newest() != self._reference

    def size(self, log: str) -> int:
        """Return how many statements of the log can be restored."""
        return self._manifest.size(log)

    def references(self) -> list[BlobReference]:
        """Return the references of all blobs, the manifest among them."""
        return [self._reference, *self._manifest.references()]

    def into(self, store: Store, report: Progress) -> RestoredCounts:
        """Restore everything. If it was stopped, a second call continues where the first one ended.

        Raises PayloadMissing, PayloadAltered, IntegrityFailure, SourceUnavailable.
        """
        counts = RestoredCounts()
        self._restore_snapshots(store, counts)
        for log in LOGS:
            counts.statements[log] = self._restore_log(store, log, report)
        return counts

    def _restore_log(self, store: Store, log: str, report: Progress) -> int:
        restored, size = store.log.head(log).size, self.size(log)
        for segment in self._manifest.logs.get(log, ()):
            if segment.end > restored:
                store.rebuilding.restore(log, self._statements(segment, log)[max(0, restored - segment.start) :])
            report(log, segment.end, size)
        return size

    def _statements(self, segment: Segment, log: str) -> list[LoggedStatement]:
        statements = items.read_statements(self._blobs.get(segment.reference), segment.start, self._domains[log])
        if len(statements) != segment.count:
            raise IntegrityFailure(items.SEGMENT_BROKEN)
        return statements

    def _restore_snapshots(self, store: Store, counts: RestoredCounts) -> None:
        for name, snapshot in self._manifest.snapshots.items():
            raw = self._blobs.get(snapshot.reference)
            if name == NOTICES:
                for notice in items.read_notices(raw):
                    store.directory.publish(notice)
                counts.notices = snapshot.end
            elif name.startswith(WORK_ITEMS):
                store.rebuilding.restore_work_items(items.read_work_items(raw))
                counts.work_items += snapshot.end


def _newest(blobs: BlobStore) -> tuple[BlobReference, Manifest]:
    """Return the newest manifest and its reference. It is read again if a writer replaced it in the meantime."""
    while reference := blobs.newest():
        try:
            return reference, manifest.decode(blobs.get(reference))
        except PayloadMissing:
            if blobs.newest() == reference:
                raise
    raise NotFound("the keystore's folder names no journal; give the folder of the ledger that was lost")
