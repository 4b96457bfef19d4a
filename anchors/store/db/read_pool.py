"""Pools of driver connections for reads without SQLAlchemy.

SQLAlchemy sends a ping, a BEGIN and an end for each transaction, which makes three more round trips to the server.
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
from mydata_ledger.anchors.store.db.prepared import DRIVER_ERRORS, translated_driver_errors

MAX_IDLE = 8
IDLE_SECONDS = 1.0
"""After so long without use a connection is tested first: the server may have been restarted."""
BEGIN_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ"


class SqliteReadPool:
    """Read connections to an SQLite file; each query sees what is committed when it begins."""

    dialect = "sqlite"

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection that no other thread uses meanwhile."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        yield connection
        self._idle.append(connection)

    def _open(self) -> sqlite3.Connection:
        with translated_driver_errors("a connection"):
            connection = sqlite3.connect(self._path, timeout=BUSY_MS / 1000, check_same_thread=False)
            set_pragmas(connection, None)
            return connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction that sees one state of the database."""
        with self.connection() as connection, translated_driver_errors("a reading transaction"):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()


class PostgresReadPool:
    """Read connections to a PostgreSQL server, in autocommit mode."""

    dialect = "postgresql"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._idle: deque[tuple[Connection, float]] = deque()

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """The driver's connection, which no other thread uses meanwhile."""
        connection = self._acquire()
        try:
            yield connection.connection.driver_connection
        except SQLAlchemyError:
            self._discard(connection)
            raise
        except BaseException:
            self._release(connection)
            raise
        self._release(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Any]:
        """A connection in a transaction that sees one state of the database."""
        with self.connection() as driver, translated_driver_errors("a reading transaction"):
            driver.execute(BEGIN_SNAPSHOT)
            try:
                yield driver
            finally:
                with suppress(*DRIVER_ERRORS):
                    driver.execute("ROLLBACK")

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop()[0].close()

    def _acquire(self) -> Connection:
        while self._idle:
            with suppress(IndexError):
                connection, used_at = self._idle.pop()
                if time.monotonic() - used_at < IDLE_SECONDS or _is_alive(connection):
                    return connection
                self._discard(connection)
        return self._engine.connect()

    def _release(self, connection: Connection) -> None:
        if len(self._idle) < MAX_IDLE:
            self._idle.append((connection, time.monotonic()))
        else:
            connection.close()

    @staticmethod
    def _discard(connection: Connection) -> None:
        with suppress(SQLAlchemyError):
            connection.invalidate()
            connection.close()


def _is_alive(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("SELECT 1")
    except DRIVER_ERRORS:
        return False
    return True
