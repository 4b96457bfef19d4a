"""The database that all ports of a store share: three kinds of reads, and one writer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.item_seal import ItemSeal
from mydata_ledger.anchors.store.db import changes
from mydata_ledger.anchors.store.db.engine import (
    file_of,
    forget_deleted,
    open_engine,
    sync_to_disk,
    translated_errors,
)
from mydata_ledger.anchors.store.db.group_commit import GroupCommitWriter, Work
from mydata_ledger.anchors.store.db.prepared import Driver
from mydata_ledger.anchors.store.db.read_pool import PostgresReadPool, SqliteReadPool
from mydata_ledger.anchors.store.log import receipt_queue
from mydata_ledger.anchors.store.log.receipt_buffer import ReceiptBuffer
from mydata_ledger.anchors.store.migrations.opening import prepare
from mydata_ledger.ledger.receipt import ACCESS

T = TypeVar("T")


def utc_now() -> int:
    """UTC seconds."""
    return int(time.time())


class Database:
    """A database, given by SQLAlchemy URL; its tables are created on first use.

    Reads: `autocommit` for look-ups that need not agree with one another, `snapshot` for look-ups in one state, and
    `session` for one state through SQLAlchemy. Writes go through `writer`: `write` increments the count of changes
    that answers may depend on, `write_uncounted` does not. `receipts` buffers the receipts of the open transaction.

    Args:
        url: SQLAlchemy URL.
        now: Returns the current time in UTC seconds; used for the history of parties, notices and anchored heads.
        loading: True for a bulk load into a database that nobody else uses yet. Writes are synced to disk only by
            `dispose`; after a crash of the machine the load must be started again.
        seal: Seals the work items of a database that an earlier program made.

    Raises:
        SourceUnavailable: The database cannot be opened, or a newer program made it.
    """

    def __init__(
        self, url: str, now: Callable[[], int] = utc_now, *, loading: bool = False, seal: ItemSeal | None = None
    ) -> None:
        self.now, self._loading = now, url if loading else ""
        self._reads, writes = open_engine(url, writes=False), open_engine(url, writes=True, loading=loading)
        with translated_errors(), writes.begin() as connection:
            has_sealed = prepare(connection, now(), seal)
        if has_sealed:
            with translated_errors():
                forget_deleted(writes)
        self._writes, self._pool = writes, self._pool_of(url)
        self.receipts = ReceiptBuffer()
        self.writer = GroupCommitWriter(writes, self.receipts.clear, self.receipts.write, receipt_queue.settle)

    def _pool_of(self, url: str) -> SqliteReadPool | PostgresReadPool | None:
        """The pool of read connections; None for a database in memory."""
        if self._reads.dialect.name == "postgresql":
            return PostgresReadPool(self._reads)
        return SqliteReadPool(file) if (file := file_of(url)) else None

    @contextmanager
    def session(self, log: str = "") -> Iterator[Connection]:
        """Read one state of the database through SQLAlchemy. For the access log, all receipts are indexed first."""
        if log == ACCESS:
            self.settle_receipts()
        with translated_errors(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def autocommit(self) -> Iterator[Driver]:
        """Read without a transaction: each query may see a later state."""
        if self._pool is None:
            with self.session() as connection:
                yield Driver.of(connection)
            return
        with translated_errors(), self._pool.connection() as connection:
            yield Driver(connection, self._pool.dialect)

    @contextmanager
    def snapshot(self) -> Iterator[Driver]:
        """Read one state of the database with the driver's own connection."""
        if self._pool is None:
            with self.session() as connection:
                yield Driver.of(connection)
            return
        with translated_errors(), self._pool.snapshot() as connection:
            yield Driver(connection, self._pool.dialect)

    def settle_receipts(self) -> None:
        """Index the receipts that are pending now, in several transactions, so that other writes can run between."""
        with self.autocommit() as driver:
            end = receipt_queue.end(driver)
        while self._unsettled(end):
            self.write_uncounted(receipt_queue.settle)

    def _unsettled(self, end: int) -> bool:
        with self.autocommit() as driver:
            return receipt_queue.indexed_size(driver) < end

    def write(self, work: Work[T]) -> T:
        """Write data that answers may depend on. An answer that was computed meanwhile is computed again."""

        def counted(connection: Connection) -> T:
            changes.increment(connection)
            return work(connection)

        return self.write_uncounted(counted)

    def write_uncounted(self, work: Work[T]) -> T:
        """Write data that no answer depends on: sessions, work items, blocks, the index of receipts."""
        return self.writer.submit(work).result()

    def dispose(self) -> None:
        """Finish pending writes and close all connections."""
        self.writer.close()
        if self._pool:
            self._pool.close()
        self._reads.dispose()
        self._writes.dispose()
        if self._loading:
            sync_to_disk(self._loading)
