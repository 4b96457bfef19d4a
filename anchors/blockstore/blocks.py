"""`Blocks`: stores blocks in packs and finds them by digest. A block is synced to disk before `put_all` returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from mydata_ledger.anchors.blockstore import disk
from mydata_ledger.anchors.blockstore.index import BlockIndex, IndexedBlock
from mydata_ledger.anchors.blockstore.pack import HEADER, BlockLocation, PackWriter, pins_in, tail
from mydata_ledger.anchors.blockstore.packs import Packs
from mydata_ledger.anchors.ipld.cid import RAW, SHA2_256, Cid
from mydata_ledger.anchors.ipld.unixfs import ViewBlock
from mydata_ledger.ledger.errors import PayloadAltered, PayloadMissing, SourceUnavailable

WRITE_BYTES = 16 * 1024 * 1024
"""Bytes of blocks that are buffered for one write."""


class Blocks:
    """A folder with packs and an index over them. Several processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._lock = folder / ".lock"
        with disk.errors_translated():
            folder.mkdir(parents=True, exist_ok=True)
        self.index = BlockIndex(folder)
        self._packs = Packs(folder, self._recover)
        with self.shared(), disk.errors_translated():
            self._packs.recover(lambda pack: pack.stat().st_size > (self.index.end_of(pack.name) or 0))

    def path(self, cid: Cid) -> BlockLocation:
        """Return the location of a block on disk. Raises PayloadMissing, SourceUnavailable."""
        location = self.index.locate(cid.digest) if cid.hash == SHA2_256 else None
        if location is None:
            raise PayloadMissing(f"block {cid} is not in the payload store")
        return location

    def put_all(self, blocks: Iterable[ViewBlock], roots: Callable[[], list[Cid]] = list) -> None:
        """Store blocks and pin roots: all of them, durable on return, or nothing.

        Args:
            blocks: The blocks to store. A block that is stored already is not written again.
            roots: Called after the last block; returns the CIDs to pin.

        Raises:
            StorageFull, SourceUnavailable.
        """
        with self.shared(), disk.errors_translated(), self._packs.writer() as writer:
            added = self._append(writer, blocks)
            pins = [root for root in roots() if not self.index.pinned(root)]
            writer.pin(pins)
            if added or pins:
                writer.sync()
                self.index.add(added, pins, writer.path.name, writer.end)

    def get(self, cid: Cid) -> bytes:
        """Return a block, checked against its CID. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        block = self._read(cid)
        if not cid.names(block):
            raise PayloadAltered(f"block {cid} was altered in the payload store")
        return block

    def shared(self) -> AbstractContextManager[None]:
        """Hold the shared lock, which keeps garbage collection out. Raises SourceUnavailable."""
        return disk.locked(self._lock, exclusive=False)

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the exclusive lock, which keeps out all writers, of other processes too. Raises SourceUnavailable."""
        return disk.locked(self._lock, exclusive=True)

    def keep_only(self, live: set[bytes]) -> int:
        """Delete all blocks except those with the digests `live`, and return how many were deleted.

        The caller holds the lock `exclusive`. Raises StorageFull, SourceUnavailable.
        """
        with disk.errors_translated():
            return sum(self._clean_pack(pack, live) for pack in self._packs.paths())

    def close(self) -> None:
        """Close all files."""
        self._packs.close()
        self.index.close()

    def _append(self, writer: PackWriter, blocks: Iterable[ViewBlock]) -> list[IndexedBlock]:
        locations: dict[bytes, BlockLocation | None] = {}
        buffer: list[ViewBlock] = []
        size = 0
        for cid, block in blocks:
            if cid.digest in locations or self._has(cid):
                continue
            locations[cid.digest] = None
            buffer.append((cid, block))
            size += len(block)
            if size >= WRITE_BYTES:
                _write(writer, buffer, locations)
                buffer, size = [], 0
        _write(writer, buffer, locations)
        return [(digest, location) for digest, location in locations.items() if location]

    def _recover(self, pack: Path) -> int:
        """Index the blocks of a pack that the index does not have, and return the offset where the last one ends."""
        start = end = self.index.end_of(pack.name) or len(HEADER)
        added: list[IndexedBlock] = []
        pins: list[Cid] = []
        for cid, location, block in tail(pack, end):
            roots = pins_in(block)
            if not roots:
                added.append((cid.digest, location))
            pins += roots
            end = location.offset + location.size
        if end > start:
            self.index.add(added, pins, pack.name, end)
        return end

    def _has(self, cid: Cid) -> bool:
        """Return True if the block is stored and unaltered. An altered one counts as absent, and is written again."""
        if self.index.locate(cid.digest) is None:
            return False
        try:
            self.get(cid)
        except (PayloadAltered, PayloadMissing):
            return False
        return True

    def _read(self, cid: Cid) -> bytes:
        try:
            return self.path(cid).read_bytes()
        except FileNotFoundError:
            return self._read_moved(cid)
        except OSError as error:
            raise SourceUnavailable(disk.UNUSABLE) from error

    def _read_moved(self, cid: Cid) -> bytes:
        """Read a block that garbage collection may have moved between look-up and read."""
        try:
            return self.path(cid).read_bytes()
        except OSError as error:
            raise PayloadMissing(f"block {cid} is no longer in the payload store") from error

    def _clean_pack(self, pack: Path, live: set[bytes]) -> int:
        blocks = self.index.of_pack(pack.name)
        kept = [(digest, location) for digest, location in blocks if digest in live]
        if blocks and len(kept) == len(blocks):
            return 0
        if kept:
            self._move(pack.name, kept)
        else:
            self.index.replace(pack.name, [], "", 0)
        pack.unlink()
        return len(blocks) - len(kept)

    def _move(self, name: str, blocks: list[IndexedBlock]) -> None:
        digests = {digest for digest, _ in blocks}
        with self._packs.writer(fresh=True) as writer:
            moved = [(digest, writer.append([(Cid(RAW, digest), old.read_bytes())])[0]) for digest, old in blocks]
            writer.pin([pin for pin in self.index.pins() if pin.digest in digests])
            writer.sync()
            self.index.replace(name, moved, writer.path.name, writer.end)


def _write(writer: PackWriter, blocks: list[ViewBlock], locations: dict[bytes, BlockLocation | None]) -> None:
    for (cid, _), location in zip(blocks, writer.append(blocks), strict=True):
        locations[cid.digest] = location
