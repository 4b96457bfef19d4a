"""Engines for SQLite and PostgreSQL, and the translation of their errors into ledger errors."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from mydata_ledger.ledger.errors import SourceUnavailable, StorageFull

LOGGER = logging.getLogger("mydata.store")
BEGIN_IMMEDIATE = "BEGIN IMMEDIATE"
BUSY_MS = 15_000
"""How long a transaction waits for the transaction of another process, in milliseconds."""
LOCK_WRITERS = "SELECT pg_advisory_xact_lock(7215110)"
"""A lock held until the transaction ends, so that no revocation commits between reading facts and writing a receipt."""
NO_DRIVER = "a PostgreSQL database needs a driver: pip install 'mydata-ledger[postgres]'"
POOL_SIZE = 32
"""Connections kept open; under load the pool opens up to as many again."""
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    f"busy_timeout = {BUSY_MS}",
    "mmap_size = 2147418112",
    "temp_store = MEMORY",
    "cache_size = -8192",
)
LOADING_PRAGMAS = ("synchronous = OFF", "cache_size = -262144", "wal_autocheckpoint = 65536")
"""Settings for a bulk load: data is synced to disk only at the end."""
LOADING_OPTIONS = "-c synchronous_commit=off"
FULL_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
POSTGRES_DISK_FULL = "53100"


def open_engine(url: str, writes: bool, loading: bool = False) -> Engine:
    """An engine for transactions that read one state of the database or, if `writes`, that write one after another."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _open_server(parsed, writes, loading)
    _make_folder(parsed)
    options = {"timeout": BUSY_MS / 1000, "check_same_thread": False}
    engine = create_engine(parsed, connect_args=options, pool_size=POOL_SIZE, max_overflow=POOL_SIZE)
    event.listen(engine, "connect", set_pragmas)
    if loading:
        event.listen(engine, "connect", _set_loading)
    event.listen(engine, "begin", partial(_begin, BEGIN_IMMEDIATE if writes else "BEGIN"))
    return engine


def _begin(statement: str, connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        driver.execute(statement)


def _open_server(url: URL, writes: bool, loading: bool) -> Engine:
    """Engine for PostgreSQL: readers keep their first snapshot; writers wait for each other, as in SQLite."""
    level = "READ COMMITTED" if writes else "REPEATABLE READ"
    options = {"options": LOADING_OPTIONS} if loading else {}
    pool = {"pool_size": POOL_SIZE, "max_overflow": POOL_SIZE}
    try:
        engine = create_engine(url, pool_pre_ping=True, isolation_level=level, connect_args=options, **pool)
    except ImportError as error:
        raise SourceUnavailable(NO_DRIVER) from error
    if writes:
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(LOCK_WRITERS))
    return engine


def file_of(url: str) -> str:
    """The file of an SQLite database; empty for other databases."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}
    return parsed.database or "" if is_file else ""


def _make_folder(url: URL) -> None:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SourceUnavailable("the folder of the database cannot be made; choose another one") from error


def set_pragmas(connection: Any, _record: Any) -> None:
    """Set the pragmas of a new SQLite connection and switch it to autocommit; a listener of SQLAlchemy's `connect`."""
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute("PRAGMA " + pragma)


def _set_loading(connection: Any, _record: Any) -> None:
    for pragma in LOADING_PRAGMAS:
        connection.execute("PRAGMA " + pragma)


def sync_to_disk(url: str) -> None:
    """Sync a loaded SQLite database to disk; no other process may use it. Raises SourceUnavailable."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        with translated_errors(), closing(sqlite3.connect(parsed.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(parsed.database, "rb") as file:
            os.fsync(file.fileno())


def forget_deleted(engine: Engine) -> None:
    """Write an SQLite database anew without the bytes of deleted rows, also in its write-ahead log.

    It is logged, not raised, if another process has the database open.
    """
    if engine.dialect.name != "sqlite":
        return
    with closing(engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        try:
            driver.execute("VACUUM")
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            LOGGER.warning("stop the ledger and run VACUUM on its database once: deleted rows stay in it (%s)", error)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn errors of the database into StorageFull or SourceUnavailable."""
    try:
        yield
    except SQLAlchemyError as error:
        raise ledger_error(error.orig if isinstance(error, DBAPIError) else error) from error


def ledger_error(error: BaseException | None) -> SourceUnavailable:
    """The ledger error for an error of the driver: StorageFull or SourceUnavailable."""
    if _is_full(error):
        return StorageFull("the database's disk is full and nothing was accepted; free some room first")
    return SourceUnavailable("the database cannot answer now; try again later")


def _is_full(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in FULL_CODES
    return getattr(error, "sqlstate", None) == POSTGRES_DISK_FULL
