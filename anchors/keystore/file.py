"""The SQLite file of the keystore: its schema, its transactions, and the replacement of its master key."""

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
"""The tables of the file:

- `keks`: custody keys, wrapped under the master key, by blinded data subject.
- `deks`: data keys, wrapped under the custody key of their data subject; null once destroyed.
- `house`: the key that blinds data subjects. While the master key is being replaced, also the new master key,
  wrapped under the old one.
"""


class WrappedKeyFile:
    """One file of wrapped keys. Each change is one durable transaction, and deleted bytes are overwritten."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _errors_translated():
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
                self._db.execute(f"pragma {pragma}")
            self._db.executescript(SCHEMA)

    def fetch_one(self, query: str, *values: bytes) -> Any:
        """Return the first row of a query, or None. Raises SourceUnavailable."""
        with self._lock, _errors_translated():
            return self._db.execute(query, values).fetchone()

    def all(self, query: str, *values: bytes) -> list[Any]:
        """Return all rows of a query. Raises SourceUnavailable."""
        with self._lock, _errors_translated():
            return self._db.execute(query, values).fetchall()

    def many(self, statement: str, rows: Sequence[tuple[bytes, ...]]) -> None:
        """Execute a statement once for each row, inside `writing`."""
        self._db.executemany(statement, rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Run the body in one transaction: all of it is durable at the end, or none.

        Raises StorageFull, SourceUnavailable.
        """
        with self._lock, _errors_translated():
            self._db.execute("begin immediate")
            try:
                yield
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise

    def overwrite_deleted(self) -> None:
        """Overwrite deleted bytes in the write-ahead log too."""
        with self._lock, _errors_translated():
            self._db.execute("pragma wal_checkpoint(truncate)")

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy of the file, also while others write. Raises StorageFull, SourceUnavailable."""
        with self._lock, _errors_translated():
            copy = sqlite3.connect(target)
            try:
                self._db.backup(copy)
            finally:
                copy.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def master_in_use(file: WrappedKeyFile, master: Master) -> Master:
    """Return the master key that wraps the keys in the file.

    It is the given one, or its successor if a crash interrupted a replacement of the master key.
    """
    row = file.fetch_one("select wrapped from house where name = ?", SUCCESSOR)
    if row is None:
        return master
    try:
        return master.with_reference(master.unwrap(row[0], SUCCESSOR))
    except SourceUnavailable:
        return master


def index_key(file: WrappedKeyFile, master: Master) -> bytes:
    """Return the key that blinds the names of data subjects. It is made on first use."""
    with file.writing():
        row = file.fetch_one("select wrapped from house where name = ?", INDEX)
        if row is not None:
            return master.unwrap(row[0], INDEX)
        key = master.reference if file.fetch_one("select 1 from keks") else new_key()
        file.many("insert into house (name, wrapped) values (?, ?)", [(INDEX, master.wrap(key, INDEX))])
        return key


def drop_successor(file: WrappedKeyFile, master: Master) -> None:
    """Delete the copy of the new master key that is wrapped under the old one, after a replacement is complete.

    Call it once `master` is stored elsewhere. Raises SourceUnavailable, and deletes nothing, if `master` does not wrap
    the keys in the file.
    """
    if file.fetch_one("select 1 from house where name = ?", SUCCESSOR) is None:
        return
    with file.writing():
        master.unwrap(file.fetch_one("select wrapped from house where name = ?", INDEX)[0], INDEX)
        file.many("delete from house where name = ?", [(SUCCESSOR,)])
    file.overwrite_deleted()


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "full" in str(error):
            raise StorageFull("the keystore's disk is full; nothing was accepted: free some space") from error
        raise SourceUnavailable("the keystore does not answer; check its disk and try again") from error
