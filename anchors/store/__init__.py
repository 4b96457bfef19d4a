"""Log, index, directory, work items and sessions in one database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Callable

from mydata_ledger.anchors.item_seal import ItemSeal
from mydata_ledger.anchors.store.database import Database, utc_now
from mydata_ledger.anchors.store.ports.anchoring import AnchoringStore
from mydata_ledger.anchors.store.ports.content_digests import ContentDigestStore
from mydata_ledger.anchors.store.ports.directory import DirectoryStore
from mydata_ledger.anchors.store.ports.index import IndexStore
from mydata_ledger.anchors.store.ports.log import LogStore
from mydata_ledger.anchors.store.ports.past import PastStore
from mydata_ledger.anchors.store.ports.rebuilding import RebuildingStore
from mydata_ledger.anchors.store.ports.sessions import SessionStore
from mydata_ledger.anchors.store.ports.work_items import WorkItemStore
from mydata_ledger.anchors.store.rows.work_items import WorkItemRows


class Store:
    """All database ports over one database.

    Args:
        url: SQLAlchemy URL, such as `sqlite:////var/lib/mydata/ledger.db`.
        now: Returns the current time in UTC seconds.
        loading: True for a bulk load; see `Database`.
        seal: Seals the work items. Without it everything but these can be used.

    Raises:
        SourceUnavailable: The database cannot be opened, a newer program made it, or its work items were sealed under
            another key.
    """

    def __init__(
        self, url: str, now: Callable[[], int] = utc_now, *, loading: bool = False, seal: ItemSeal | None = None
    ) -> None:
        self.database = database = Database(url, now, loading=loading, seal=seal)
        rows = WorkItemRows(seal)
        self.log, self.index, self.past = LogStore(database), IndexStore(database), PastStore(database)
        self.directory, self.work_items = DirectoryStore(database), WorkItemStore(database, rows)
        self.content_digests = ContentDigestStore(database)
        self.sessions, self.anchoring = SessionStore(database), AnchoringStore(database)
        self.rebuilding = RebuildingStore(database, rows)
        if seal:
            self.work_items.check_key()

    def dispose(self) -> None:
        """Finish pending writes and close all connections."""
        self.database.dispose()


__all__ = ["Store"]
