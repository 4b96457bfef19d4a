"""A pack: a file that blocks are appended to, a CAR without roots, so that any IPFS tool can read it.

Behind the blocks of a put stands one more, which lists its roots: so the packs alone say what is kept and what is
pinned, and an index over them need not be on disk before a put is acknowledged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mydata_ledger.anchors.ipld import car
from mydata_ledger.anchors.ipld.cid import RAW, Cid
from mydata_ledger.anchors.ipld.unixfs import Made
from mydata_ledger.anchors.ipld.wire import varint
from mydata_ledger.ledger.errors import MalformedInput

ROLL_AT = 1 << 30
PINS = b"mydata pins 1\n"
"""How the block that lists roots begins; their binary CIDs follow."""
PINS_AT_ONCE = 10_000
VECTOR = 1_000
"""Buffers in one writev; Linux takes 1,024."""
HEADER = b"".join(car.write([], []))


@dataclass(frozen=True, slots=True)
class BlockLocation:
    """Where a block lies: pack file, offset and size in bytes."""

    pack: Path
    offset: int
    size: int

    def read_bytes(self) -> bytes:
        """The bytes there, unchecked. Raises OSError."""
        handle = os.open(self.pack, os.O_RDONLY)
        try:
            return os.pread(handle, self.size, self.offset)
        finally:
            os.close(handle)

    def write_bytes(self, block: bytes) -> None:
        """Overwrite them with as many others: for drills, which must be able to spoil a block. Raises ValueError."""
        if len(block) != self.size:
            raise ValueError("a block is overwritten by one of its size")
        handle = os.open(self.pack, os.O_WRONLY)
        try:
            os.pwrite(handle, block, self.offset)
        finally:
            os.close(handle)


class PackWriter:
    """The only one to append to a pack, as long as it holds the pack's lock."""

    def __init__(self, path: Path, handle: int, end: int) -> None:
        self.path, self._handle, self._started, self.end = path, handle, end, end

    @property
    def usable(self) -> bool:
        """Whether the pack still has a name and room."""
        return os.fstat(self._handle).st_nlink > 0 and self.end < ROLL_AT

    def append(self, blocks: list[Made]) -> list[BlockLocation]:
        """Write the blocks behind the others, not yet synced. Raises OSError."""
        places: list[BlockLocation] = []
        parts: list[bytes | memoryview] = []
        for cid, block in blocks:
            raw = cid.raw
            head = varint(len(raw) + len(block)) + raw
            places.append(BlockLocation(self.path, self.end + len(head), len(block)))
            parts += [head, block]
            self.end += len(head) + len(block)
        write(self._handle, parts)
        return places

    def pin(self, roots: Sequence[Cid]) -> None:
        """Write down that these are pinned, not yet synced. Raises OSError."""
        for start in range(0, len(roots), PINS_AT_ONCE):
            said = PINS + b"".join(root.raw for root in roots[start : start + PINS_AT_ONCE])
            self.append([(Cid.of(RAW, said), said)])

    def settle(self) -> None:
        """Sync what was appended; from here on `undo` leaves it, since it may be acknowledged. Raises OSError."""
        os.fdatasync(self._handle)
        self._started = self.end

    def undo(self) -> None:
        """Cut off what was appended and not settled. Raises OSError."""
        if self.end == self._started and os.fstat(self._handle).st_size == self.end:
            return
        os.ftruncate(self._handle, self._started)
        self.end = self._started

    def close(self) -> None:
        """Let others append to the pack."""
        os.close(self._handle)


def tail(pack: Path, start: int) -> Iterator[tuple[Cid, BlockLocation, bytes]]:
    """Every whole block from an offset on, up to where a crash tore one. Raises OSError."""
    with pack.open("rb") as file, suppress(MalformedInput):
        file.seek(start)
        for cid, block in car.read_blocks(file):
            yield cid, BlockLocation(pack, file.tell() - len(block), len(block)), block


def pins_in(block: bytes) -> list[Cid]:
    """The roots that a block lists; none unless it is such a block."""
    if not block.startswith(PINS):
        return []
    roots, at = [], len(PINS)
    try:
        while at < len(block):
            root, at = Cid.read(block, at)
            roots.append(root)
    except MalformedInput:
        return []
    return roots


def write(handle: int, parts: list[bytes | memoryview]) -> None:
    """Write all the parts. Raises OSError."""
    for start in range(0, len(parts), VECTOR):
        some = parts[start : start + VECTOR]
        left = sum(map(len, some)) - os.writev(handle, some)
        if left:
            _write_rest(handle, memoryview(b"".join(some))[-left:])


def _write_rest(handle: int, rest: memoryview) -> None:
    while rest:
        rest = rest[os.write(handle, rest) :]
