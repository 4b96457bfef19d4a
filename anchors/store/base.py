"""What the parts of the store share: reading in one state of the database, writing through one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.engine import Connection

from anchors.store import pending
from anchors.store.desk import Desk
from anchors.store.engine import open_engine, our_errors
from anchors.store.prepared import Driver
from anchors.store.schema import prepare
from anchors.store.writer import Writer
from ledger.receipt import ACCESS

T = TypeVar("T")


class Database:
    """A database by SQLAlchemy URL; made on first use. Raises SourceUnavailable, also for one of a newer version."""

    def __init__(self, url: str) -> None:
        self._reads, writes = open_engine(url, writes=False), open_engine(url, writes=True)
        with our_errors(), writes.begin() as connection:
            prepare(connection)
        self._writes = writes
        self._desk = Desk()
        self._writer = Writer(writes, self._desk.clear, self._desk.write, pending.settle)

    @contextmanager
    def _read(self, log: str = "") -> Iterator[Connection]:
        """One state of the database; that of the access log has every receipt in its place."""
        if log == ACCESS:
            self._settle()
        with our_errors(), self._reads.begin() as connection:
            yield connection

    def _settle(self) -> None:
        """Index the receipts that are pending now, in steps between which others are answered."""
        with self._read() as connection:
            end = pending.end(Driver.of(connection))
        while self._unsettled(end):
            self._write(pending.settle)

    def _unsettled(self, end: int) -> bool:
        with self._read() as connection:
            return pending.indexed(Driver.of(connection)) < end

    def _write(self, work: Callable[[Connection], T]) -> T:
        return self._writer.run(work)

    def _answer(self, work: Callable[[Connection], T]) -> T:
        """Work that only leaves receipts on the desk."""
        return self._writer.run(work, writes=False)

    def dispose(self) -> None:
        """Finish what is being written and let go of the database."""
        self._writer.close()
        self._reads.dispose()
        self._writes.dispose()
