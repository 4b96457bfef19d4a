"""The index of the blockstore: the location of each block and the pinned roots, in one SQLite file.

Additions are not synced to disk: the packs are, and after a crash the index is completed from them. An unpinning or a
move cannot be read from the packs, so it is synced.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from mydata_ledger.anchors.blockstore.disk import errors_translated
from mydata_ledger.anchors.blockstore.pack import BlockLocation
from mydata_ledger.anchors.ipld.cid import Cid

SCHEMA = """
create table if not exists blocks (digest blob primary key, pack text not null, at int not null, size int not null)
    without rowid;
create index if not exists blocks_of_pack on blocks (pack, at);
create table if not exists packs (name text primary key, end int not null) without rowid;
create table if not exists pins (cid blob primary key) without rowid;
"""
IndexedBlock = tuple[bytes, BlockLocation]


class BlockIndex:
    """The index file. Each change is one transaction."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        with errors_translated():
            self._db = sqlite3.connect(
                folder / "index.db", check_same_thread=False, isolation_level=None, timeout=30, cached_statements=32
            )
            self._db.execute("pragma journal_mode = wal")
            self._db.executescript(SCHEMA)
        self._synced: bool | None = None

    def locate(self, digest: bytes) -> BlockLocation | None:
        """Return the location of a block, None if it is not stored. Raises SourceUnavailable."""
        with self._lock, errors_translated():
            row = self._db.execute("select pack, at, size from blocks where digest = ?", (digest,)).fetchone()
        return BlockLocation(self._folder / row[0], row[1], row[2]) if row else None

    def add(self, blocks: Collection[IndexedBlock], pins: Collection[Cid], pack: str, end: int) -> None:
        """Add blocks and pins in one transaction, and record that `pack` is indexed up to offset `end`.

        Raises StorageFull, SourceUnavailable.
        """
        with self._transaction(synced=False) as db:
            db.executemany("insert or replace into blocks values (?, ?, ?, ?)", map(_row, blocks))
            db.executemany("insert or ignore into pins values (?)", [(cid.raw,) for cid in pins])
            db.execute("insert or replace into packs values (?, ?)", (pack, end))

    def pinned(self, cid: Cid) -> bool:
        """Return True if the root is pinned. Raises SourceUnavailable."""
        with self._lock, errors_translated():
            return self._db.execute("select 1 from pins where cid = ?", (cid.raw,)).fetchone() is not None

    def unpin(self, cid: Cid) -> None:
        """Remove a pin, if there is one. Raises StorageFull, SourceUnavailable."""
        with self._transaction(synced=True) as db:
            db.execute("delete from pins where cid = ?", (cid.raw,))

    def pins(self) -> set[Cid]:
        """Return all pinned roots. Raises SourceUnavailable."""
        with self._lock, errors_translated():
            return {Cid.decode(raw) for (raw,) in self._db.execute("select cid from pins")}

    def end_of(self, pack: str) -> int | None:
        """Return the offset that a pack is indexed up to, None if it is not indexed. Raises SourceUnavailable."""
        with self._lock, errors_translated():
            row = self._db.execute("select end from packs where name = ?", (pack,)).fetchone()
        return int(row[0]) if row else None

    def of_pack(self, name: str) -> list[IndexedBlock]:
        """Return the blocks of a pack, in order of their offset. Raises SourceUnavailable."""
        query = "select digest, at, size from blocks where pack = ? order by at"
        with self._lock, errors_translated():
            rows = self._db.execute(query, (name,)).fetchall()
        return [(digest, BlockLocation(self._folder / name, offset, size)) for digest, offset, size in rows]

    def replace(self, name: str, blocks: Collection[IndexedBlock], pack: str, end: int) -> None:
        """Record that of pack `name` only these blocks are left, now in `pack`, which is indexed up to offset `end`.

        Raises StorageFull, SourceUnavailable.
        """
        with self._transaction(synced=True) as db:
            db.execute("delete from blocks where pack = ?", (name,))
            db.execute("delete from packs where name = ?", (name,))
            db.executemany("insert or replace into blocks values (?, ?, ?, ?)", map(_row, blocks))
            if pack:
                db.execute("insert or replace into packs values (?, ?)", (pack, end))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _transaction(self, *, synced: bool) -> Iterator[sqlite3.Connection]:
        with self._lock, errors_translated():
            if synced is not self._synced:
                self._db.execute(f"pragma synchronous = {'full' if synced else 'normal'}")
                self._synced = synced
            self._db.execute("begin immediate")
            try:
                yield self._db
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise


def _row(block: IndexedBlock) -> tuple[bytes, str, int, int]:
    digest, location = block
    return digest, location.pack.name, location.offset, location.size
