"""Log, index, directory, notices and sessions in one database: SQLite by default, PostgreSQL by URL."""

from mydata_ledger.anchors.store.rebuilding import RebuildingStore


class Store(RebuildingStore):
    """Every port a database can keep; made from one SQLAlchemy URL such as `sqlite:////var/lib/mydata/ledger.db`."""


__all__ = ["Store"]
