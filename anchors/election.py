"""Leader election: one of the processes that share a database anchors, follows the chain and sends notifications.

The leader is the process that holds a lock. The operating system or the database server releases the lock when the
process ends. Two leaders at the same moment cost gas and nothing else: the contracts refuse a second notary's work.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

LOGGER = logging.getLogger("mydata.election")
Leads = Callable[[], bool]
RETRY_SECONDS = 1.0
TRY_LOCK = "SELECT pg_try_advisory_lock(7215111)"
BECAME_LEADER = "this process now anchors, follows the chain and sends notifications"


class RetryInterval:
    """Limits attempts to one a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def is_due(self) -> bool:
        """Return True if another attempt is due, and count that attempt as made."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + RETRY_SECONDS
        return True


def always() -> bool:
    """Return True: for a process that has its database for itself."""
    return True


class Election(Protocol):
    """The election of one leader."""

    def leads(self) -> bool:
        """Return True if this process is the leader, or becomes it now. Never raises, and never waits for others."""
        ...

    def resign(self) -> None:
        """Release the lock, so that another process may become the leader."""
        ...


def election_of(database: str) -> Election:
    """Return the election among the processes that use a database, which is given as a SQLAlchemy URL."""
    url = make_url(database)
    if url.get_backend_name() != "sqlite":
        return ServerElection(url)
    return FileElection(Path(f"{url.database}.leader"))


class FileElection:
    """Election by a lock on a file beside the database. The operating system releases it when the process ends."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock, self._retry = path, threading.Lock(), RetryInterval()
        self._handle: int | None = None

    def leads(self) -> bool:
        """Return True if this process holds the lock, or gets it now."""
        with self._lock:
            if self._handle is None and self._retry.is_due():
                self._handle = self._try_lock()
            return self._handle is not None

    def _try_lock(self) -> int | None:
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            LOGGER.warning("the lock file of the election cannot be opened: %s", error.strerror)
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        LOGGER.info(BECAME_LEADER)
        return handle

    def resign(self) -> None:
        """Close the file, which releases the lock."""
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
            self._handle = None


class ServerElection:
    """Election by an advisory lock of a separate PostgreSQL session. The server releases it when that session ends."""

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._lock, self._retry = threading.Lock(), RetryInterval()
        self._connection: Connection | None = None

    def leads(self) -> bool:
        """Return True if the session of this process holds the lock, or gets it now, and the server answers."""
        with self._lock:
            try:
                return self._is_held() or (self._retry.is_due() and self._try_lock())
            except SQLAlchemyError:
                self._release()
                return False

    def _is_held(self) -> bool:
        if self._connection is None:
            return False
        self._connection.exec_driver_sql("SELECT 1")
        return True

    def _try_lock(self) -> bool:
        connection = self._engine.connect()
        if connection.exec_driver_sql(TRY_LOCK).scalar():
            self._connection = connection
            LOGGER.info(BECAME_LEADER)
            return True
        connection.close()
        return False

    def resign(self) -> None:
        """End the session, which releases the lock."""
        with self._lock:
            self._release()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
