"""Writes the journal: new statements as they are accepted, notices and work items after they changed."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

from mydata_ledger.anchors.journal import items, manifest
from mydata_ledger.anchors.journal.blob_store import BlobReference, BlobStore
from mydata_ledger.anchors.journal.manifest import Manifest, Segment
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.receipt import LOGS, LoggedStatement
from mydata_ledger.ledger.work_item import WorkItem

LOGGER = logging.getLogger("mydata.journal")
MOST = 8_192
"""Most statements in one segment, about 4 MB."""
WORK_ITEMS_PER_READ = 1_000
SNAPSHOT_SECONDS = 30.0
"""Seconds between two snapshots of notices and work items. A total loss of the database costs at most their changes
since the last snapshot.
"""
NOTICES = "notices"
WORK_ITEMS = "papers/"


class Journal:
    """The journal of one ledger. Several processes may have it open; one of them writes at a time.

    A new statement is written at once, in a small segment. When as many statements have followed, both are merged into
    one segment. Segments double until they are full, so that there are few, and each statement is written O(log) times.
    """

    def __init__(self, store: Store, blobs: BlobStore) -> None:
        self._log, self._directory, self._rebuilding = store.log, store.directory, store.rebuilding
        self._blobs, self._snapshots_kept_at = blobs, -SNAPSHOT_SECONDS
        self._lock = threading.RLock()
        self._reference: BlobReference | None = None
        self._manifest: Manifest | None = None

    def kept(self, log: str) -> int:
        """Return how many statements of the log a recovery would find."""
        with self._lock:
            return self._read_manifest().size(log)

    def keep(self, log: str) -> int:
        """Journal new statements, from time to time notices and work items too, and return `kept`.

        The notary calls it before each step, so that everything the chain commits to can be recovered. Raises
        StorageFull, SourceUnavailable.
        """
        self.keep_statements()
        if time.monotonic() - self._snapshots_kept_at >= SNAPSHOT_SECONDS:
            self._snapshots_kept_at = time.monotonic()
            self.keep_snapshots()
        return self.kept(log)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the lock among threads and processes. The manifest is read again if another process has changed it."""
        with self._lock, self._blobs.exclusive():
            if self._blobs.newest() != self._reference:
                self._manifest = None
            yield

    def keep_statements(self) -> None:
        """Journal the statements that were accepted since the last call; durable when it returns.

        Raises StorageFull, SourceUnavailable. After an error the next call continues.
        """
        with self._exclusive():
            while self._keep_batch():
                pass

    def keep_snapshots(self) -> int:
        """Journal notices and work items as they are now, and return how many snapshots had changed.

        Raises StorageFull, SourceUnavailable.
        """
        with self._exclusive():
            current, journalled = dict(self._snapshots()), self._read_manifest().snapshots
            digests = {name: sha256(raw).digest() for name, (raw, _) in current.items()}
            changed = [name for name in current if name not in journalled or journalled[name].digest != digests[name]]
            if changed or journalled.keys() - current.keys():
                references = self._blobs.put([current[name][0] for name in changed])
                new = {
                    name: Segment(name, 0, current[name][1], reference, digests[name])
                    for name, reference in zip(changed, references, strict=True)
                }
                unchanged = {name: snapshot for name, snapshot in journalled.items() if name in current}
                self._replace_manifest(replace(self._read_manifest(), snapshots=unchanged | new))
            return len(changed)

    def close(self) -> None:
        """Journal everything a last time. If the payload store does not answer, this is logged, not raised."""
        try:
            self.keep_statements()
            self.keep_snapshots()
        except LedgerError as error:
            LOGGER.warning("%s; the last changes are journalled after the next start", error)

    def _read_manifest(self) -> Manifest:
        """Return the newest manifest, read on first use, so that the ledger starts without the payload store too."""
        if self._manifest is None:
            self._reference = self._blobs.newest()
            self._manifest = manifest.decode(self._blobs.get(self._reference)) if self._reference else Manifest()
            self._blobs.unpin(self._manifest.replaced)
        return self._manifest

    def _keep_batch(self) -> bool:
        """Write at most one segment of each log, and return True if there is more to write."""
        batches = [batch for log in LOGS if (batch := self._next_segment(log))]
        if not batches:
            return False
        references = self._blobs.put([items.write_statements(statements) for _, statements in batches])
        logs = dict(self._read_manifest().logs)
        for (before, statements), reference in zip(batches, references, strict=True):
            log = statements[0].signed.log
            logs[log] = (*before, Segment(log, statements[0].position, statements[-1].position + 1, reference))
        self._replace_manifest(replace(self._read_manifest(), logs=logs))
        return any(len(statements) == MOST for _, statements in batches)

    def _next_segment(self, log: str) -> tuple[tuple[Segment, ...], list[LoggedStatement]] | None:
        """Return the segments that stay, and the statements of the next one; None if there is no new statement.

        The next segment holds the new statements, and those of small segments before them.
        """
        segments, journalled = self._read_manifest().logs.get(log, ()), self._read_manifest().size(log)
        fresh = self._log.head(log).size - journalled
        if fresh <= 0:
            return None
        count = fresh
        while segments and segments[-1].count <= count and segments[-1].count + count <= MOST:
            count += segments[-1].count
            segments = segments[:-1]
        statements = self._rebuilding.statements(log, journalled + fresh - count, min(count, MOST))
        return (segments, statements) if statements else None

    def _snapshots(self) -> Iterable[tuple[str, tuple[bytes, int]]]:
        notices = self._directory.notices()
        yield NOTICES, (items.write_notices(notices), len(notices))
        by_kind: dict[str, list[WorkItem]] = defaultdict(list)
        after = ("", b"")
        while page := self._rebuilding.all_work_items(after, WORK_ITEMS_PER_READ):
            for item in page:
                by_kind[item.kind].append(item)
            after = (page[-1].kind, page[-1].id)
        for kind, work_items in by_kind.items():
            yield WORK_ITEMS + kind, (items.write_work_items(work_items), len(work_items))

    def _replace_manifest(self, new: Manifest) -> None:
        """Store a manifest whose segments are stored already, make it the newest, and unpin what it replaces.

        After a crash before the last step, the blobs are unpinned when the manifest is read again.
        """
        new = new.with_replaced(self._read_manifest(), self._reference)
        reference = self._blobs.put([manifest.encode(new)])[0]
        self._blobs.set_newest(reference)
        self._manifest, self._reference = new, reference
        self._blobs.unpin(new.replaced)
