"""Look-ups on a database server without SQLAlchemy's transactions: a ping, a begin and an end for each is three times
the way to the server for one answer.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from mydata_ledger.anchors.store.db.engine import BUSY_MS, set_pragmas
from mydata_ledger.anchors.store.db.prepared import DRIVER_ERRORS, driver_refuses

MOST_KEPT = 8
IDLE_SECONDS = 1.0
"""A connection that nobody used for so long is asked whether it still stands; the server may have been started anew."""
ONE_STATE = "BEGIN ISOLATION LEVEL REPEATABLE READ"


class SqliteReadPool:
    """Connections to SQLite for single look-ups, each of which sees what is committed when it begins."""

    dialect = "sqlite"

    def __init__(self, path: str) -> None:
        self._path = path
        self._free: deque[sqlite3.Connection] = deque()

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection nobody else uses meanwhile."""
        try:
            connection = self._free.pop()
        except IndexError:
            connection = self._open()
        yield connection
        self._free.append(connection)

    def _open(self) -> sqlite3.Connection:
        with driver_refuses("a connection"):
            connection = sqlite3.connect(self._path, timeout=BUSY_MS / 1000, check_same_thread=False)
            set_pragmas(connection, None)
            return connection

    @contextmanager
    def state(self) -> Iterator[sqlite3.Connection]:
        """The same, which sees one state of the database throughout."""
        with self.one() as connection, driver_refuses("a reading transaction"):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of those that nobody uses."""
        while self._free:
            self._free.pop().close()


class PostgresReadPool:
    """Connections to a server that are in no transaction; as `SqliteReadPool` is for SQLite."""

    dialect = "postgresql"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._free: deque[tuple[Connection, float]] = deque()

    @contextmanager
    def one(self) -> Iterator[Any]:
        """The driver's connection, which nobody else uses meanwhile."""
        connection = self._taken()
        try:
            yield connection.connection.driver_connection
        except SQLAlchemyError:
            self._forget(connection)
            raise
        except BaseException:
            self._put_back(connection)
            raise
        self._put_back(connection)

    @contextmanager
    def state(self) -> Iterator[Any]:
        """The same, which sees one state of the database throughout."""
        with self.one() as driver, driver_refuses("a reading transaction"):
            driver.execute(ONE_STATE)
            try:
                yield driver
            finally:
                with suppress(*DRIVER_ERRORS):
                    driver.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of those that nobody uses."""
        while self._free:
            self._free.pop()[0].close()

    def _taken(self) -> Connection:
        while self._free:
            with suppress(IndexError):
                connection, used_at = self._free.pop()
                if time.monotonic() - used_at < IDLE_SECONDS or _stands(connection):
                    return connection
                self._forget(connection)
        return self._engine.connect()

    def _put_back(self, connection: Connection) -> None:
        if len(self._free) < MOST_KEPT:
            self._free.append((connection, time.monotonic()))
        else:
            connection.close()

    @staticmethod
    def _forget(connection: Connection) -> None:
        with suppress(SQLAlchemyError):
            connection.invalidate()
            connection.close()


def _stands(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("SELECT 1")
    except DRIVER_ERRORS:
        return False
    return True
