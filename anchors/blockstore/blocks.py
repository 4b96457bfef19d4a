"""Blocks in packs, found by their digest, on disk when they are acknowledged, checked whenever they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from mydata_ledger.anchors.blockstore import disk
from mydata_ledger.anchors.blockstore.index import BlockIndex, Kept
from mydata_ledger.anchors.blockstore.pack import HEADER, BlockLocation, PackWriter, pins_in, tail
from mydata_ledger.anchors.blockstore.packs import Packs
from mydata_ledger.anchors.ipld.cid import RAW, SHA2_256, Cid
from mydata_ledger.anchors.ipld.unixfs import Made
from mydata_ledger.ledger.errors import PayloadAltered, PayloadMissing, SourceUnavailable

AT_ONCE = 16 * 1024 * 1024
"""Bytes of blocks that are gathered for one write."""


class Blocks:
    """A folder with an index and packs; several processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._lock = folder / ".lock"
        with disk.refusals():
            folder.mkdir(parents=True, exist_ok=True)
        self.index = BlockIndex(folder)
        self._packs = Packs(folder, self._recover)
        with self.shared(), disk.refusals():
            self._packs.recover(lambda pack: pack.stat().st_size > (self.index.end_of(pack.name) or 0))

    def path(self, cid: Cid) -> BlockLocation:
        """Where the block lies. Raises PayloadMissing, SourceUnavailable."""
        place = self.index.find(cid.digest) if cid.hash == SHA2_256 else None
        if place is None:
            raise PayloadMissing(f"block {cid} is not in the payload store")
        return place

    def put_all(self, blocks: Iterable[Made], roots: Callable[[], list[Cid]] = list) -> None:
        """Keep the blocks, and pin `roots()` as it is after the last of them: all of it durable on return, or nothing.

        Raises StorageFull, SourceUnavailable.
        """
        with self.shared(), disk.refusals(), self._packs.writer() as writer:
            kept = self._append(writer, blocks)
            pins = [root for root in roots() if not self.index.pinned(root)]
            writer.pin(pins)
            if kept or pins:
                writer.settle()
                self.index.add(kept, pins, writer.path.name, writer.end)

    def get(self, cid: Cid) -> bytes:
        """The block, checked against its CID. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        block = self._read(cid)
        if not cid.names(block):
            raise PayloadAltered(f"block {cid} was altered in the payload store")
        return block

    def shared(self) -> AbstractContextManager[None]:
        """Hold off every collection. Raises SourceUnavailable."""
        return disk.locked(self._lock, alone=False)

    def alone(self) -> AbstractContextManager[None]:
        """Hold off every writer, of other processes too. Raises SourceUnavailable."""
        return disk.locked(self._lock, alone=True)

    def keep_only(self, live: set[bytes]) -> int:
        """Delete every block but these digests, while `alone`; how many were deleted.

        Raises StorageFull, SourceUnavailable.
        """
        with disk.refusals():
            return sum(self._clean(pack, live) for pack in self._packs.paths())

    def close(self) -> None:
        """Let go of every file."""
        self._packs.close()
        self.index.close()

    def _append(self, writer: PackWriter, blocks: Iterable[Made]) -> list[Kept]:
        kept: dict[bytes, BlockLocation | None] = {}
        waiting: list[Made] = []
        size = 0
        for cid, block in blocks:
            if cid.digest in kept or self._has(cid):
                continue
            kept[cid.digest] = None
            waiting.append((cid, block))
            size += len(block)
            if size >= AT_ONCE:
                _write(writer, waiting, kept)
                waiting, size = [], 0
        _write(writer, waiting, kept)
        return [(digest, place) for digest, place in kept.items() if place]

    def _recover(self, pack: Path) -> int:
        """Index what a pack holds behind what the index knows of it; the offset where the last whole block ends."""
        start = end = self.index.end_of(pack.name) or len(HEADER)
        kept: list[Kept] = []
        pins: list[Cid] = []
        for cid, place, block in tail(pack, end):
            listed = pins_in(block)
            if not listed:
                kept.append((cid.digest, place))
            pins += listed
            end = place.offset + place.size
        if end > start:
            self.index.add(kept, pins, pack.name, end)
        return end

    def _has(self, cid: Cid) -> bool:
        """Whether the block is there and whole; one that was altered is written anew."""
        if self.index.find(cid.digest) is None:
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
            raise SourceUnavailable(disk.BROKEN) from error

    def _read_moved(self, cid: Cid) -> bytes:
        """A collection may have moved the block between look-up and read."""
        try:
            return self.path(cid).read_bytes()
        except OSError as error:
            raise PayloadMissing(f"block {cid} is no longer in the payload store") from error

    def _clean(self, pack: Path, live: set[bytes]) -> int:
        held = self.index.of_pack(pack.name)
        wanted = [(digest, place) for digest, place in held if digest in live]
        if held and len(wanted) == len(held):
            return 0
        if wanted:
            self._move(pack.name, wanted)
        else:
            self.index.replace(pack.name, [], "", 0)
        pack.unlink()
        return len(held) - len(wanted)

    def _move(self, name: str, wanted: list[Kept]) -> None:
        digests = {digest for digest, _ in wanted}
        with self._packs.writer(fresh=True) as writer:
            moved = [(digest, writer.append([(Cid(RAW, digest), place.read_bytes())])[0]) for digest, place in wanted]
            writer.pin([pin for pin in self.index.pins() if pin.digest in digests])
            writer.settle()
            self.index.replace(name, moved, writer.path.name, writer.end)


def _write(writer: PackWriter, waiting: list[Made], kept: dict[bytes, BlockLocation | None]) -> None:
    for (cid, _), place in zip(waiting, writer.append(waiting), strict=True):
        kept[cid.digest] = place
