"""The database that all ports of a store share: three kinds of reads, and writes through one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db import changes
from mydata_ledger.anchors.store.db.engine import file_of, open_engine, sync_to_disk, translated_errors
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
    """A database by SQLAlchemy URL; made on first use. Raises SourceUnavailable, also for one of a newer version.

    Reads: `autocommit` for look-ups that need not agree with one another, `snapshot` for look-ups in one state, and
    `session` for one state through SQLAlchemy. Writes go through `writer`: `write` counts as a change that answers may
    rest on, `write_uncounted` does not. `receipts` buffers the receipts of the transaction that is being written.

    `now` gives the UTC seconds at which something comes to be known. `loading` is for one that nobody uses yet: what is
    written is on disk once it is disposed of, and a crash of the machine before leaves nothing to go on with.
    """

    def __init__(self, url: str, now: Callable[[], int] = utc_now, *, loading: bool = False) -> None:
        self.now, self._loading = now, url if loading else ""
        self._reads, writes = open_engine(url, writes=False), open_engine(url, writes=True, loading=loading)
        with translated_errors(), writes.begin() as connection:
            prepare(connection, now())
        self._writes, self._pool = writes, self._pool_of(url)
        self.receipts = ReceiptBuffer()
        self.writer = GroupCommitWriter(writes, self.receipts.clear, self.receipts.write, receipt_queue.settle)

    def _pool_of(self, url: str) -> SqliteReadPool | PostgresReadPool | None:
        """None for a database in memory."""
        if self._reads.dialect.name == "postgresql":
            return PostgresReadPool(self._reads)
        return SqliteReadPool(file) if (file := file_of(url)) else None

    @contextmanager
    def session(self, log: str = "") -> Iterator[Connection]:
        """One state of the database through SQLAlchemy; that of the access log has every receipt in its place."""
        if log == ACCESS:
            self.settle_receipts()
        with translated_errors(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def autocommit(self) -> Iterator[Driver]:
        """For look-ups that need not agree with one another."""
        if self._pool is None:
            with self.session() as connection:
                yield Driver.of(connection)
            return
        with translated_errors(), self._pool.connection() as connection:
            yield Driver(connection, self._pool.dialect)

    @contextmanager
    def snapshot(self) -> Iterator[Driver]:
        """One state of the database, for look-ups that do not need SQLAlchemy."""
        if self._pool is None:
            with self.session() as connection:
                yield Driver.of(connection)
            return
        with translated_errors(), self._pool.snapshot() as connection:
            yield Driver(connection, self._pool.dialect)

    def settle_receipts(self) -> None:
        """Index the receipts that are pending now, in steps between which others are answered."""
        with self.autocommit() as driver:
            end = receipt_queue.end(driver)
        while self._unsettled(end):
            self.write_uncounted(receipt_queue.settle)

    def _unsettled(self, end: int) -> bool:
        with self.autocommit() as driver:
            return receipt_queue.indexed_size(driver) < end

    def write(self, work: Work[T]) -> T:
        """Change what answers may rest on: whoever was answering meanwhile answers again."""

        def counted(connection: Connection) -> T:
            changes.increment(connection)
            return work(connection)

        return self.write_uncounted(counted)

    def write_uncounted(self, work: Work[T]) -> T:
        """Write what no answer rests on: sessions, work items, blocks, the index of receipts."""
        return self.writer.submit(work).result()

    def dispose(self) -> None:
        """Finish what is being written and let go of the database."""
        self.writer.close()
        if self._pool:
            self._pool.close()
        self._reads.dispose()
        self._writes.dispose()
        if self._loading:
            sync_to_disk(self._loading)
