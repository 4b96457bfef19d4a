"""Write transactions, one at a time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.engine import BEGIN_IMMEDIATE, BUSY_MS
from mydata_ledger.anchors.store.db.prepared import translated_driver_errors

FAST_COMMIT_SECONDS = 0.01
"""If a commit takes longer, later writes go to the writer thread, so that a slow disk does not block callers."""


class WriterBusy(Exception):
    """Another process has an open write transaction."""


class WriteTransaction:
    """Write transactions, one at a time; in SQLite without those of SQLAlchemy, which cost more than the write.

    `commits_fast` is True if a transaction may run on a thread that others wait for: the database is an SQLite file and
    the last commit was fast.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: Connection | None = None
        self.commits_fast = engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self, wait: bool = True) -> Iterator[Connection]:
        """A transaction that is committed at its end, or rolled back.

        Raises WriterBusy before anything is done if another process writes and not `wait`.
        """
        if self._engine.dialect.name != "sqlite":
            with self._engine.begin() as connection:
                yield connection
            return
        connection, self._idle = self._idle or self._engine.connect(), None
        driver: Any = connection.connection.driver_connection
        try:
            with translated_driver_errors("a writing transaction"):
                has_begun = _begin_waiting(driver) if wait else _try_begin(driver)
                if not has_begun:
                    self._idle = connection
                    raise WriterBusy
                yield connection
                started = time.perf_counter()
                driver.execute("COMMIT")
                self.commits_fast = time.perf_counter() - started < FAST_COMMIT_SECONDS
            if connection.in_transaction():
                connection.commit()
        except WriterBusy:
            raise
        except BaseException:
            connection.rollback()
            connection.close()
            raise
        self._idle = connection

    def close(self) -> None:
        """Close the connection."""
        if self._idle:
            self._idle.close()


def _begin_waiting(driver: Any) -> bool:
    driver.execute(BEGIN_IMMEDIATE)
    return True


def _try_begin(driver: Any) -> bool:
    """Begin a transaction without waiting. False if another process is writing."""
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute(BEGIN_IMMEDIATE)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    return True
