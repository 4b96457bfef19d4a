"""A count of transactions that changed data on which answers may depend."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, PreparedQuery, ReadConnection
from mydata_ledger.anchors.store.schema import CHANGES

COUNT = PreparedQuery(select(CHANGES.c.count))
INCREMENT = BulkChange(CHANGES.update().values(count=CHANGES.c.count + 1))


def count(reading: ReadConnection) -> int:
    """The number of such transactions so far."""
    total: int = COUNT.all(Driver.of(reading), {})[0].count
    return total


def increment(connection: Connection) -> None:
    """Add one to the count."""
    INCREMENT.run(connection, [{}])
