"""Implements the port `Payloads` over the blockstore, with garbage collection and CAR import and export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import BinaryIO

from mydata_ledger.anchors.blockstore.blocks import Blocks
from mydata_ledger.anchors.ipld import car, reading
from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.links import children
from mydata_ledger.anchors.ipld.unixfs import Piece, ViewBlock, blocks_of, blocks_of_stream
from mydata_ledger.ledger.errors import MalformedInput, PayloadMissing


class BlockPayloads:
    """Stores sealed payloads as UnixFS files in one blockstore, and pins each of them."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    def put_many(self, sealed: Sequence[bytes]) -> list[str]:
        """Store payloads, and return their CIDs (CIDv1 texts). Durable on return; idempotent.

        Raises StorageFull, SourceUnavailable.
        """
        roots: list[Cid] = []
        if sealed:
            self._blocks.put_all(self._blocks_of_all(sealed, roots), lambda: roots)
        return [str(root) for root in roots]

    def put_stream(self, pieces: Iterable[Piece]) -> str:
        """Store one payload of any size in constant memory, and return its CID. Otherwise as `put_many`."""
        roots: list[Cid] = []
        self._blocks.put_all(_noting_root(blocks_of_stream(pieces), roots), lambda: roots)
        return str(roots[0])

    def get(self, cid: str) -> bytes:
        """Return the bytes of a payload; each block is checked.

        Raises PayloadMissing, PayloadAltered, SourceUnavailable.
        """
        return b"".join(self.stream(cid))

    def stream(self, cid: str) -> Iterator[bytes]:
        """Yield the bytes of a payload in pieces. Raises as `get` does, while they are read."""
        return reading.file_bytes(self._blocks.get, Cid.parse(cid))

    def block(self, cid: Cid) -> bytes:
        """Return one block, checked. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        return self._blocks.get(cid)

    def open_stream(self, cid: str) -> tuple[int, Iterator[bytes]]:
        """Return the size in bytes, and the bytes as `stream` does.

        Raises as `get` does: for the first block at once, for the others while they are read.
        """
        return reading.sized_file(self._blocks.get, Cid.parse(cid))

    def remove(self, cid: str) -> None:
        """Unpin a payload; the next `collect` deletes its blocks. Raises StorageFull, SourceUnavailable."""
        self._blocks.index.unpin(Cid.parse_any(cid))

    def pinned(self) -> set[str]:
        """Return the CIDs of all pinned payloads."""
        return {str(cid) for cid in self._blocks.index.pins()}

    def collect(self) -> int:
        """Delete the blocks that cannot be reached from a pin, and return how many there were. Waits for writers.

        Raises PayloadAltered, and deletes nothing, when a pinned node can no longer be read; StorageFull.
        """
        with self._blocks.exclusive():
            return self._blocks.keep_only({cid.digest for cid in self._reach(self._blocks.index.pins())})

    def export_car(self, cids: Sequence[str]) -> Iterator[bytes]:
        """Yield a CAR version 1 file of the payloads, in pieces. Raises PayloadMissing, PayloadAltered."""
        roots = [Cid.parse_any(cid) for cid in cids]
        return car.write(roots, (block for root in roots for block in reading.whole(self._blocks.get, root)))

    def import_car(self, file: BinaryIO) -> list[str]:
        """Store the blocks of a CAR version 1 file, pin its roots, and return their CIDs.

        Raises MalformedInput, and pins nothing, for a file that is malformed or lacks blocks; StorageFull.
        """
        roots, blocks = car.read(file)
        with self._blocks.shared():
            self._blocks.put_all(blocks)
            for root in roots:
                self._check_whole(root)
            self._blocks.put_all((), lambda: roots)
        return [str(root) for root in roots]

    def import_blocks(self, file: BinaryIO) -> int:
        """Store the blocks of a CAR file without pinning, and return how many there were.

        The DAG need not be complete. The blocks stay until the next `collect`. Raises MalformedInput, and stores
        nothing, for a malformed file; StorageFull, SourceUnavailable.
        """
        counter = count()
        self._blocks.put_all(block for block, _ in zip(car.read(file)[1], counter, strict=False))
        return next(counter)

    def _check_whole(self, root: Cid) -> None:
        try:
            for _ in reading.whole(self._blocks.get, root):
                pass
        except PayloadMissing as error:
            raise MalformedInput(
                "the CAR file lacks blocks below its roots; export it again with all blocks"
            ) from error

    def _reach(self, pins: set[Cid]) -> set[Cid]:
        """Return the pins and all CIDs below them. It reads each node once, and no raw leaf."""
        pending, seen = list(pins), set(pins)
        while pending:
            cid = pending.pop()
            if cid.may_link:
                below = set(children(cid, reading.block_of(self._blocks.get, cid))) - seen
                seen |= below
                pending += below
        return seen

    def _blocks_of_all(self, sealed: Sequence[bytes], roots: list[Cid]) -> Iterator[ViewBlock]:
        for content in sealed:
            yield from _noting_root(blocks_of(content), roots)


def _noting_root(blocks: Iterator[ViewBlock], roots: list[Cid]) -> Iterator[ViewBlock]:
    block = next(blocks)
    for following in blocks:
        yield block
        block = following
    yield block
    roots.append(block[0])
