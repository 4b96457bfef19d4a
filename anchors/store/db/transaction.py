"""Transactions that write, one after another."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.engine import BUSY_MS, IMMEDIATE
from mydata_ledger.anchors.store.db.prepared import driver_refuses

QUICK_SECONDS = 0.01
"""A commit that takes longer is waited for by the writing thread, so that it does not hold up everybody else."""


class WriterBusy(Exception):
    """Another process is writing."""


class WriteTransaction:
    """Transactions that write, one after another; in SQLite without SQLAlchemy's, which cost more than the write.

    `is_quick` says whether one may be made where others wait for the thread: in a file, on a disk that took the last
    one at once.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Connection | None = None
        self.commits_fast = engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self, patient: bool = True) -> Iterator[Connection]:
        """One, committed at its end or rolled back. Raises Busy unless `patient`, before anything is done."""
        if self._engine.dialect.name != "sqlite":
            with self._engine.begin() as connection:
                yield connection
            return
        connection, self._kept = self._kept or self._engine.connect(), None
        driver: Any = connection.connection.driver_connection
        try:
            with driver_refuses("a writing transaction"):
                begun = _begin_patiently(driver) if patient else _begin_at_once(driver)
                if not begun:
                    self._kept = connection
                    raise WriterBusy
                yield connection
                started = time.perf_counter()
                driver.execute("COMMIT")
                self.commits_fast = time.perf_counter() - started < QUICK_SECONDS
            if connection.in_transaction():
                connection.commit()
        except WriterBusy:
            raise
        except BaseException:
            connection.rollback()
            connection.close()
            raise
        self._kept = connection

    def close(self) -> None:
        """Let go of the connection."""
        if self._kept:
            self._kept.close()


def _begin_patiently(driver: Any) -> bool:
    driver.execute(IMMEDIATE)
    return True


def _begin_at_once(driver: Any) -> bool:
    """Whether nobody else was writing."""
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute(IMMEDIATE)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    return True
