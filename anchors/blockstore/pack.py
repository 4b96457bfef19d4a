"""A pack: a CAR file without roots that blocks are appended to. Any IPFS tool can read it.

After the blocks of a put follows one more block, which lists the roots to pin. The packs therefore have everything that
the index has, and the index need not be synced before a put is acknowledged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mydata_ledger.anchors.ipld import car
from mydata_ledger.anchors.ipld.cid import RAW, Cid
from mydata_ledger.anchors.ipld.unixfs import ViewBlock
from mydata_ledger.anchors.ipld.wire import varint
from mydata_ledger.ledger.errors import MalformedInput

MAX_PACK_BYTES = 1 << 30
PINS = b"mydata pins 1\n"
"""The first bytes of a block that lists pinned roots. The binary CIDs of the roots follow."""
PINS_PER_BLOCK = 10_000
MAX_BUFFERS = 1_000
"""Buffers in one writev. Linux accepts 1,024."""
HEADER = b"".join(car.write([], []))


@dataclass(frozen=True, slots=True)
class BlockLocation:
    """The location of a block: pack file, offset and size in bytes."""

    pack: Path
    offset: int
    size: int

    def read_bytes(self) -> bytes:
        """Return the bytes at this location, unchecked. Raises OSError."""
        handle = os.open(self.pack, os.O_RDONLY)
        try:
            return os.pread(handle, self.size, self.offset)
        finally:
            os.close(handle)

    def write_bytes(self, block: bytes) -> None:
        """Overwrite the bytes with as many others, for tests and drills that damage a block. Raises ValueError."""
        if len(block) != self.size:
            raise ValueError("a block is overwritten by another one of its size")
        handle = os.open(self.pack, os.O_WRONLY)
        try:
            os.pwrite(handle, block, self.offset)
        finally:
            os.close(handle)


class PackWriter:
    """Appends to one pack. It holds the pack's lock, so there is no other writer of the pack."""

    def __init__(self, path: Path, handle: int, end: int) -> None:
        self.path, self._handle, self._synced_end, self.end = path, handle, end, end

    @property
    def is_usable(self) -> bool:
        """True if the pack file still exists and has room for more blocks."""
        return os.fstat(self._handle).st_nlink > 0 and self.end < MAX_PACK_BYTES

    def append(self, blocks: list[ViewBlock]) -> list[BlockLocation]:
        """Append blocks without syncing, and return their locations. Raises OSError."""
        locations: list[BlockLocation] = []
        parts: list[bytes | memoryview] = []
        for cid, block in blocks:
            raw = cid.raw
            head = varint(len(raw) + len(block)) + raw
            locations.append(BlockLocation(self.path, self.end + len(head), len(block)))
            parts += [head, block]
            self.end += len(head) + len(block)
        write(self._handle, parts)
        return locations

    def pin(self, roots: Sequence[Cid]) -> None:
        """Append blocks that list these roots as pinned, without syncing. Raises OSError."""
        for start in range(0, len(roots), PINS_PER_BLOCK):
            block = PINS + b"".join(root.raw for root in roots[start : start + PINS_PER_BLOCK])
            self.append([(Cid.of(RAW, block), block)])

    def sync(self) -> None:
        """Sync what was appended. It may now be acknowledged, so `undo` no longer removes it. Raises OSError."""
        os.fdatasync(self._handle)
        self._synced_end = self.end

    def undo(self) -> None:
        """Cut off what was appended and not synced. Raises OSError."""
        if self.end == self._synced_end and os.fstat(self._handle).st_size == self.end:
            return
        os.ftruncate(self._handle, self._synced_end)
        self.end = self._synced_end

    def close(self) -> None:
        """Close the file, which releases the pack's lock."""
        os.close(self._handle)


def tail(pack: Path, start: int) -> Iterator[tuple[Cid, BlockLocation, bytes]]:
    """Yield all complete blocks from an offset on, up to one that a crash cut short. Raises OSError."""
    with pack.open("rb") as file, suppress(MalformedInput):
        file.seek(start)
        for cid, block in car.read_blocks(file):
            yield cid, BlockLocation(pack, file.tell() - len(block), len(block)), block


def pins_in(block: bytes) -> list[Cid]:
    """Return the pinned roots that a block lists, none if it is another kind of block."""
    if not block.startswith(PINS):
        return []
    roots, offset = [], len(PINS)
    try:
        while offset < len(block):
            root, offset = Cid.read(block, offset)
            roots.append(root)
    except MalformedInput:
        return []
    return roots


def write(handle: int, parts: list[bytes | memoryview]) -> None:
    """Write all parts, one after another. Raises OSError."""
    for start in range(0, len(parts), MAX_BUFFERS):
        buffers = parts[start : start + MAX_BUFFERS]
        left = sum(map(len, buffers)) - os.writev(handle, buffers)
        if left:
            _write_rest(handle, memoryview(b"".join(buffers))[-left:])


def _write_rest(handle: int, rest: memoryview) -> None:
    while rest:
        rest = rest[os.write(handle, rest) :]
