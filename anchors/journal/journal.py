"""Writing the journal: new statements as they come, notices and papers when they changed."""

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
"""Statements of one sheet; about 4 MB."""
PAPERS_AT_ONCE = 1_000
SHELVES_EVERY = 30.0
"""Seconds between looks at notices and papers: what a total loss of the database can cost of them."""
NOTICES = "notices"
PAPERS = "papers/"


class Journal:
    """The journal of one ledger; several processes may have it open, one writes at a time.

    A statement is written when it comes, alone or with few, and again when as many have come after it: sheets double
    until they are full, so that there are few of them and each statement is written O(log) times.
    """

    def __init__(self, store: Store, safe: BlobStore) -> None:
        self._log, self._directory, self._rebuilding = store.log, store.directory, store.rebuilding
        self._safe, self._looked = safe, -SHELVES_EVERY
        self._lock = threading.RLock()
        self._place: BlobReference | None = None
        self._contents: Manifest | None = None

    def kept(self, log: str) -> int:
        """Statements of the log that a recovery would find."""
        with self._lock:
            return self._known().size(log)

    def keep(self, log: str) -> int:
        """Keep what was accepted since, and now and then notices and papers; returns `kept`.

        The notary asks before each step, so that whatever the chain commits to can be recovered. Raises StorageFull,
        SourceUnavailable.
        """
        self.keep_statements()
        if time.monotonic() - self._looked >= SHELVES_EVERY:
            self._looked = time.monotonic()
            self.keep_snapshots()
        return self.kept(log)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Among threads and processes; what another process wrote since is read before."""
        with self._lock, self._safe.exclusive():
            if self._safe.newest() != self._place:
                self._contents = None
            yield

    def keep_statements(self) -> None:
        """Keep what was accepted since; durable when it returns.

        Raises StorageFull, SourceUnavailable; said again it goes on.
        """
        with self._alone():
            while self._keep_some():
                pass

    def keep_snapshots(self) -> int:
        """Keep notices and papers as they are now; how many shelves had changed. Raises as `keep_statements`."""
        with self._alone():
            shelves, known = dict(self._shelves()), self._known().snapshots
            digests = {name: sha256(raw).digest() for name, (raw, _) in shelves.items()}
            changed = [name for name in shelves if name not in known or known[name].digest != digests[name]]
            if changed or known.keys() - shelves.keys():
                places = self._safe.put([shelves[name][0] for name in changed])
                new = {
                    name: Segment(name, 0, shelves[name][1], place, digests[name])
                    for name, place in zip(changed, places, strict=True)
                }
                still = {name: sheet for name, sheet in known.items() if name in shelves}
                self._turn_to(replace(self._known(), shelves=still | new))
            return len(changed)

    def close(self) -> None:
        """Keep everything once more, as far as the payload store is in reach."""
        try:
            self.keep_statements()
            self.keep_snapshots()
        except LedgerError as error:
            LOGGER.warning("%s; what came last is journalled after the next start", error)

    def _known(self) -> Manifest:
        """The newest table of contents, read on first use: the ledger starts also while payloads are out of reach."""
        if self._contents is None:
            self._place = self._safe.newest()
            self._contents = manifest.decode(self._safe.get(self._place)) if self._place else Manifest()
            self._safe.unpin(self._contents.replaced)
        return self._contents

    def _keep_some(self) -> bool:
        """Keep at most one sheet of each log; whether there is more."""
        news = [news for log in LOGS if (news := self._news(log))]
        if not news:
            return False
        places = self._safe.put([items.write_statements(said) for _, said in news])
        logs = dict(self._known().logs)
        for (before, said), place in zip(news, places, strict=True):
            log = said[0].signed.log
            logs[log] = (*before, Segment(log, said[0].position, said[-1].position + 1, place))
        self._turn_to(replace(self._known(), logs=logs))
        return any(len(said) == MOST for _, said in news)

    def _news(self, log: str) -> tuple[tuple[Segment, ...], list[LoggedStatement]] | None:
        """The sheets that stay, and what the next one holds: new statements, and those of small sheets before."""
        sheets, kept = self._known().logs.get(log, ()), self._known().size(log)
        fresh = self._log.head(log).size - kept
        if fresh <= 0:
            return None
        count = fresh
        while sheets and sheets[-1].count <= count and sheets[-1].count + count <= MOST:
            count += sheets[-1].count
            sheets = sheets[:-1]
        said = self._rebuilding.statements(log, kept + fresh - count, min(count, MOST))
        return (sheets, said) if said else None

    def _shelves(self) -> Iterable[tuple[str, tuple[bytes, int]]]:
        notices = self._directory.notices()
        yield NOTICES, (items.write_notices(notices), len(notices))
        kinds: dict[str, list[WorkItem]] = defaultdict(list)
        after = ("", b"")
        while some := self._rebuilding.all_work_items(after, PAPERS_AT_ONCE):
            for paper in some:
                kinds[paper.kind].append(paper)
            after = (some[-1].kind, some[-1].id)
        for kind, papers in kinds.items():
            yield PAPERS + kind, (items.write_work_items(papers), len(papers))

    def _turn_to(self, new: Manifest) -> None:
        """The sheets lie there; now the table of contents, then the pointer to it, then what nobody needs any more.

        A crash before the last step is made good when the table of contents is read again.
        """
        new = new.with_replaced(self._known(), self._place)
        place = self._safe.put([manifest.encode(new)])[0]
        self._safe.set_newest(place)
        self._contents, self._place = new, place
        self._safe.unpin(new.replaced)
