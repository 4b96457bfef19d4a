"""The keystore's one SQLite file: what it holds, and how it is written, copied and read."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mydata_ledger.anchors.keystore.masters import Master
from mydata_ledger.anchors.keystore.wrapped import new_key
from mydata_ledger.ledger.errors import SourceUnavailable, StorageFull

INDEX, SUCCESSOR = b"index", b"successor"
SCHEMA = """
create table if not exists keks (subject blob primary key, wrapped blob not null) without rowid;
create table if not exists deks (record blob primary key, subject blob not null, wrapped blob) without rowid;
create index if not exists deks_of_subject on deks (subject);
create table if not exists house (name blob primary key, wrapped blob not null) without rowid;
"""
"""`keks`, wrapped under the master key, by blinded data subject; `deks` under them, null once destroyed; `house` has
the key that blinds data subjects and, while the master key is being replaced, the new one under the old.
"""


class WrappedKeyFile:
    """One file; every change is one durable transaction, and deleted bytes are overwritten."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _refusals():
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
                self._db.execute(f"pragma {pragma}")
            self._db.executescript(SCHEMA)

    def one(self, query: str, *values: bytes) -> Any:
        """The first row, or None. Raises SourceUnavailable."""
        with self._lock, _refusals():
            return self._db.execute(query, values).fetchone()

    def all(self, query: str, *values: bytes) -> list[Any]:
        """Every row. Raises SourceUnavailable."""
        with self._lock, _refusals():
            return self._db.execute(query, values).fetchall()

    def many(self, statement: str, rows: Sequence[tuple[bytes, ...]]) -> None:
        """Say a statement of each row, inside `writing`."""
        self._db.executemany(statement, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it durable at the end, or none. Raises StorageFull, SourceUnavailable."""
        with self._lock, _refusals():
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise

    def forget(self) -> None:
        """Overwrite what was deleted in the write-ahead log too."""
        with self._lock, _refusals():
            self._db.execute("pragma wal_checkpoint(truncate)")

    def copy_to(self, target: Path) -> None:
        """A consistent copy while others write. Raises StorageFull, SourceUnavailable."""
        with self._lock, _refusals():
            copy = sqlite3.connect(target)
            try:
                self._db.backup(copy)
            finally:
                copy.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def current_master(file: WrappedKeyFile, master: Master) -> Master:
    """The master key the file is under: the one given, or its successor when a crash cut a replacement short."""
    row = file.one("select wrapped from house where name = ?", SUCCESSOR)
    if row is None:
        return master
    try:
        return master.again(master.unwrap(row[0], SUCCESSOR))
    except SourceUnavailable:
        return master


def index_key(file: WrappedKeyFile, master: Master) -> bytes:
    """The key that blinds data subjects' names, made on first use."""
    with file.writing():
        row = file.one("select wrapped from house where name = ?", INDEX)
        if row is not None:
            return master.unwrap(row[0], INDEX)
        key = master.reference if file.one("select 1 from keks") else new_key()
        file.many("insert into house (name, wrapped) values (?, ?)", [(INDEX, master.wrap(key, INDEX))])
        return key


def drop_successor(file: WrappedKeyFile, master: Master) -> None:
    """Delete the successor's copy under the master key before, once the file is under `master` and `master` is kept.

    Raises SourceUnavailable, deleting nothing, when the file is not under `master`.
    """
    if file.one("select 1 from house where name = ?", SUCCESSOR) is None:
        return
    with file.writing():
        master.unwrap(file.one("select wrapped from house where name = ?", INDEX)[0], INDEX)
        file.many("delete from house where name = ?", [(SUCCESSOR,)])
    file.forget()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "full" in str(error):
            raise StorageFull("the keystore's disk is full; nothing was accepted: free some space") from error
        raise SourceUnavailable("the keystore does not answer; check its disk and try again") from error
