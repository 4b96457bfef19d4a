"""The Payloads port over the blockstore, and what else an IPFS node does with what it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import BinaryIO

from mydata_ledger.anchors.blockstore.blocks import Blocks
from mydata_ledger.anchors.ipld import car, reading
from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.links import children
from mydata_ledger.anchors.ipld.unixfs import Made, Piece, blocks_of, blocks_of_stream
from mydata_ledger.ledger.errors import MalformedInput, PayloadMissing


class BlockPayloads:
    """Sealed payloads as UnixFS files in one blockstore; each one put is pinned."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    def put_many(self, sealed: Sequence[bytes]) -> list[str]:
        """CIDv1 texts; durable when it returns; idempotent. Raises StorageFull, SourceUnavailable."""
        roots: list[Cid] = []
        if sealed:
            self._blocks.put_all(self._each(sealed, roots), lambda: roots)
        return [str(root) for root in roots]

    def put_stream(self, pieces: Iterable[Piece]) -> str:
        """`put_many` for one payload of any size, in constant memory."""
        roots: list[Cid] = []
        self._blocks.put_all(_noting_root(blocks_of_stream(pieces), roots), lambda: roots)
        return str(roots[0])

    def get(self, cid: str) -> bytes:
        """The bytes, every block checked. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        return b"".join(self.stream(cid))

    def stream(self, cid: str) -> Iterator[bytes]:
        """`get` in pieces. Raises as they are read."""
        return reading.file_bytes(self._blocks.get, Cid.parse(cid))

    def block(self, cid: Cid) -> bytes:
        """One block, checked. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        return self._blocks.get(cid)

    def open_stream(self, cid: str) -> tuple[int, Iterator[bytes]]:
        """How many bytes there are, and `stream`. Raises at once for the first block, then as they are read."""
        return reading.sized_file(self._blocks.get, Cid.parse(cid))

    def remove(self, cid: str) -> None:
        """Unpin: the next `collect` deletes the payload's blocks. Raises StorageFull, SourceUnavailable."""
        self._blocks.index.unpin(Cid.parse_any(cid))

    def pinned(self) -> set[str]:
        """CIDs of all payloads to be kept."""
        return {str(cid) for cid in self._blocks.index.pins()}

    def collect(self) -> int:
        """Delete every block that no pin leads to; how many were deleted. Waits for writers.

        Raises PayloadAltered, deleting nothing, when a pinned node can no longer be read; StorageFull.
        """
        with self._blocks.alone():
            return self._blocks.keep_only({cid.digest for cid in self._reach(self._blocks.index.pins())})

    def export_car(self, cids: Sequence[str]) -> Iterator[bytes]:
        """A CAR version 1 file of the payloads, in pieces. Raises PayloadMissing, PayloadAltered."""
        roots = [Cid.parse_any(cid) for cid in cids]
        return car.write(roots, (block for root in roots for block in reading.whole(self._blocks.get, root)))

    def import_car(self, file: BinaryIO) -> list[str]:
        """Keep and pin what a CAR version 1 file holds under its roots; their CIDs.

        Raises MalformedInput, pinning nothing, for a file that is broken or lacks blocks; StorageFull.
        """
        roots, blocks = car.read(file)
        with self._blocks.shared():
            self._blocks.put_all(blocks)
            for root in roots:
                self._check_whole(root)
            self._blocks.put_all((), lambda: roots)
        return [str(root) for root in roots]

    def import_blocks(self, file: BinaryIO) -> int:
        """Keep the blocks of a CAR, whole or not, until the next `collect`, and pin none; how many there were.

        Raises MalformedInput, keeping nothing, for a file that is broken; StorageFull, SourceUnavailable.
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
        """The pins and all CIDs below them; reads the nodes, not the leaves, each once."""
        waiting, seen = list(pins), set(pins)
        while waiting:
            cid = waiting.pop()
            if cid.may_link:
                below = set(children(cid, reading.block_of(self._blocks.get, cid))) - seen
                seen |= below
                waiting += below
        return seen

    def _each(self, sealed: Sequence[bytes], roots: list[Cid]) -> Iterator[Made]:
        for content in sealed:
            yield from _noting_root(blocks_of(content), roots)


def _noting_root(blocks: Iterator[Made], roots: list[Cid]) -> Iterator[Made]:
    block = next(blocks)
    for following in blocks:
        yield block
        block = following
    yield block
    roots.append(block[0])
