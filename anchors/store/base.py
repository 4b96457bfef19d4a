"""What the parts of the store share: reading in one state of the database, writing through one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store import changes, pending
from mydata_ledger.anchors.store.desk import Desk
from mydata_ledger.anchors.store.engine import Looks, file_of, open_engine, our_errors, put_on_disk
from mydata_ledger.anchors.store.looking import ServerLooks
from mydata_ledger.anchors.store.opening import prepare
from mydata_ledger.anchors.store.prepared import Driver
from mydata_ledger.anchors.store.writer import Work, Writer
from mydata_ledger.ledger.receipt import ACCESS

T = TypeVar("T")


def utc_now() -> int:
    """UTC seconds."""
    return int(time.time())


class Database:
    """A database by SQLAlchemy URL; made on first use. Raises SourceUnavailable, also for one of a newer version.

    `now` gives the UTC seconds at which something comes to be known. `loading` is for one that nobody uses yet: what is
    written is on disk once it is disposed of, and a crash of the machine before leaves nothing to go on with.
    """

    def __init__(self, url: str, now: Callable[[], int] = utc_now, *, loading: bool = False) -> None:
        self._now, self._loading = now, url if loading else ""
        self._reads, writes = open_engine(url, writes=False), open_engine(url, writes=True, loading=loading)
        with our_errors(), writes.begin() as connection:
            prepare(connection, now())
        self._writes, self._looks = writes, self._looks_of(url)
        self._desk = Desk()
        self._writer = Writer(writes, self._desk.clear, self._desk.write, pending.settle)

    def _looks_of(self, url: str) -> Looks | ServerLooks | None:
        """None for a database in memory."""
        if self._reads.dialect.name == "postgresql":
            return ServerLooks(self._reads)
        return Looks(file) if (file := file_of(url)) else None

    @contextmanager
    def _read(self, log: str = "") -> Iterator[Connection]:
        """One state of the database; that of the access log has every receipt in its place."""
        if log == ACCESS:
            self._settle()
        with our_errors(), self._reads.begin() as connection:
            yield connection

    @contextmanager
    def _look(self) -> Iterator[Driver]:
        """For look-ups that need not agree with one another."""
        if self._looks is None:
            with self._read() as connection:
                yield Driver.of(connection)
            return
        with our_errors(), self._looks.one() as connection:
            yield Driver(connection, self._looks.dialect)

    @contextmanager
    def _glance(self) -> Iterator[Driver]:
        """One state of the database, for look-ups that do not need SQLAlchemy."""
        if self._looks is None:
            with self._read() as connection:
                yield Driver.of(connection)
            return
        with our_errors(), self._looks.state() as connection:
            yield Driver(connection, self._looks.dialect)

    def _settle(self) -> None:
        """Index the receipts that are pending now, in steps between which others are answered."""
        with self._look() as driver:
            end = pending.end(driver)
        while self._unsettled(end):
            self._note(pending.settle)

    def _unsettled(self, end: int) -> bool:
        with self._look() as driver:
            return pending.indexed(driver) < end

    def _write(self, work: Work[T]) -> T:
        """Change what answers may rest on: whoever was answering meanwhile answers again."""

        def counted(connection: Connection) -> T:
            changes.note(connection)
            return work(connection)

        return self._note(counted)

    def _note(self, work: Work[T]) -> T:
        """Write what no answer rests on: sessions, papers, blocks, the index of receipts."""
        return self._writer.submit(work).result()

    def _answer(self, work: Work[T]) -> Future[T]:
        """Work that only leaves receipts on the desk."""
        return self._writer.submit(work, writes=False)

    def _answer_here(self, work: Work[T]) -> Future[T] | None:
        """The same, done when it returns; None where it would have to wait."""
        return self._writer.do_here(work)

    def dispose(self) -> None:
        """Finish what is being written and let go of the database."""
        self._writer.close()
        if self._looks:
            self._looks.close()
        self._reads.dispose()
        self._writes.dispose()
        if self._loading:
            put_on_disk(self._loading)
