"""Which of several processes on one database anchors, follows and tells: whoever holds a lock that ends with it.

The contracts would refuse a second notary's work anyway, so a moment with two of them costs gas and nothing else.
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
TRY_SECONDS = 1.0
TRY = "SELECT pg_try_advisory_lock(7215111)"


class RetryInterval:
    """Not more than one try a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def is_due(self) -> bool:
        """Whether it is time for another try; if so, it counts as made."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + TRY_SECONDS
        return True


def always() -> bool:
    """Where there is nobody else."""
    return True


class Election(Protocol):
    """One seat."""

    def leads(self) -> bool:
        """Whether this process has the seat now; takes it if it is empty. Never raises, and never waits for others."""
        ...

    def resign(self) -> None:
        """Leave the seat to another."""
        ...


def election_of(database: str) -> Election:
    """The election among all that use a database, given by SQLAlchemy URL."""
    url = make_url(database)
    if url.get_backend_name() != "sqlite":
        return ServerElection(url)
    return FileElection(Path(f"{url.database}.leader"))


class FileElection:
    """A lock on a file beside the database, which the kernel gives back when the process ends in whatever way."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock, self._pace = path, threading.Lock(), RetryInterval()
        self._held: int | None = None

    def leads(self) -> bool:
        """Whether this process holds the file."""
        with self._lock:
            if self._held is None and self._pace.is_due():
                self._held = self._take()
            return self._held is not None

    def _take(self) -> int | None:
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            LOGGER.warning("the election's file cannot be opened: %s", error.strerror)
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        LOGGER.info("this process now anchors, follows and tells")
        return handle

    def resign(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._held is not None:
                os.close(self._held)
            self._held = None


class ServerElection:
    """An advisory lock of a PostgreSQL session of its own, which the server gives back when the connection ends."""

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._lock, self._pace = threading.Lock(), RetryInterval()
        self._held: Connection | None = None

    def leads(self) -> bool:
        """Whether this process's session holds the lock, and the server is still there."""
        with self._lock:
            try:
                return self._holds() or (self._pace.is_due() and self._take())
            except SQLAlchemyError:
                self._drop()
                return False

    def _holds(self) -> bool:
        if self._held is None:
            return False
        self._held.exec_driver_sql("SELECT 1")
        return True

    def _take(self) -> bool:
        connection = self._engine.connect()
        if connection.exec_driver_sql(TRY).scalar():
            self._held = connection
            LOGGER.info("this process now anchors, follows and tells")
            return True
        connection.close()
        return False

    def resign(self) -> None:
        """End the session."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.invalidate()
            held.close()
