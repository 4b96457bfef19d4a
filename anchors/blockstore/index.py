"""Where every block lies and what is pinned: one SQLite file, made again from the packs where it falls behind them.

Additions are not synced, since the packs are; what the packs cannot tell, an unpinning or a move, is.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from mydata_ledger.anchors.blockstore.disk import refusals
from mydata_ledger.anchors.blockstore.pack import BlockLocation
from mydata_ledger.anchors.ipld.cid import Cid

SCHEMA = """
create table if not exists blocks (digest blob primary key, pack text not null, at int not null, size int not null)
    without rowid;
create index if not exists blocks_of_pack on blocks (pack, at);
create table if not exists packs (name text primary key, end int not null) without rowid;
create table if not exists pins (cid blob primary key) without rowid;
"""
Kept = tuple[bytes, BlockLocation]


class BlockIndex:
    """Every change is one durable transaction."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        with refusals():
            self._db = sqlite3.connect(
                folder / "index.db", check_same_thread=False, isolation_level=None, timeout=30, cached_statements=32
            )
            self._db.execute("pragma journal_mode = wal")
            self._db.executescript(SCHEMA)
        self._synced: bool | None = None

    def find(self, digest: bytes) -> BlockLocation | None:
        """Where a block lies. Raises SourceUnavailable."""
        with self._lock, refusals():
            row = self._db.execute("select pack, at, size from blocks where digest = ?", (digest,)).fetchone()
        return BlockLocation(self._folder / row[0], row[1], row[2]) if row else None

    def add(self, kept: Collection[Kept], pins: Collection[Cid], pack: str, end: int) -> None:
        """Remember blocks and pins together, and that a pack is known up to `end`.

        Raises StorageFull, SourceUnavailable.
        """
        with self._writing(synced=False) as db:
            db.executemany("insert or replace into blocks values (?, ?, ?, ?)", map(_row, kept))
            db.executemany("insert or ignore into pins values (?)", [(cid.raw,) for cid in pins])
            db.execute("insert or replace into packs values (?, ?)", (pack, end))

    def pinned(self, cid: Cid) -> bool:
        """Whether that is pinned. Raises SourceUnavailable."""
        with self._lock, refusals():
            return self._db.execute("select 1 from pins where cid = ?", (cid.raw,)).fetchone() is not None

    def unpin(self, cid: Cid) -> None:
        """Forget a pin; one that is not there changes nothing. Raises StorageFull, SourceUnavailable."""
        with self._writing(synced=True) as db:
            db.execute("delete from pins where cid = ?", (cid.raw,))

    def pins(self) -> set[Cid]:
        """What is pinned. Raises SourceUnavailable."""
        with self._lock, refusals():
            return {Cid.decode(raw) for (raw,) in self._db.execute("select cid from pins")}

    def end_of(self, pack: str) -> int | None:
        """Up to where a pack is known. Raises SourceUnavailable."""
        with self._lock, refusals():
            row = self._db.execute("select end from packs where name = ?", (pack,)).fetchone()
        return int(row[0]) if row else None

    def of_pack(self, name: str) -> list[Kept]:
        """The blocks of a pack, in their order. Raises SourceUnavailable."""
        query = "select digest, at, size from blocks where pack = ? order by at"
        with self._lock, refusals():
            rows = self._db.execute(query, (name,)).fetchall()
        return [(digest, BlockLocation(self._folder / name, at, size)) for digest, at, size in rows]

    def replace(self, name: str, kept: Collection[Kept], pack: str, end: int) -> None:
        """Say that of pack `name` only these blocks are left, in `pack`, which is known up to `end`.

        Raises StorageFull, SourceUnavailable.
        """
        with self._writing(synced=True) as db:
            db.execute("delete from blocks where pack = ?", (name,))
            db.execute("delete from packs where name = ?", (name,))
            db.executemany("insert or replace into blocks values (?, ?, ?, ?)", map(_row, kept))
            if pack:
                db.execute("insert or replace into packs values (?, ?)", (pack, end))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _writing(self, *, synced: bool) -> Iterator[sqlite3.Connection]:
        with self._lock, refusals():
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


def _row(kept: Kept) -> tuple[bytes, str, int, int]:
    digest, place = kept
    return digest, place.pack.name, place.offset, place.size
