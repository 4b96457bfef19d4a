"""Packs: files that blocks are appended to, each a CAR without roots, so that any IPFS tool can read one.

Behind the blocks of a put stands one more, which lists its roots: so the packs alone say what is kept and what is
pinned, and an index over them need not be on disk before a put is acknowledged.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from anchors.blockstore.disk import NO_ROOM, sync_folder
from anchors.ipld import car
from anchors.ipld.cid import RAW, SIZE, Cid
from anchors.ipld.unixfs import Made
from anchors.ipld.wire import varint
from ledger.errors import MalformedInput

SUFFIX = ".car"
ROLL_AT = 1 << 30
PINS = b"mydata pins 1\n"
"""How the block that lists roots begins; their binary CIDs follow."""
PINS_AT_ONCE = 10_000
VECTOR = 1_000
"""Buffers in one writev; Linux takes 1,024."""
HEADER = b"".join(car.write([], []))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block lies: pack file, offset and size in bytes."""

    pack: Path
    at: int
    size: int

    def read_bytes(self) -> bytes:
        """The bytes there, unchecked. Raises OSError."""
        handle = os.open(self.pack, os.O_RDONLY)
        try:
            return os.pread(handle, self.size, self.at)
        finally:
            os.close(handle)

    def write_bytes(self, block: bytes) -> None:
        """Overwrite them with as many others: for drills, which must be able to spoil a block. Raises ValueError."""
        if len(block) != self.size:
            raise ValueError("a block is overwritten by one of its size")
        handle = os.open(self.pack, os.O_WRONLY)
        try:
            os.pwrite(handle, block, self.at)
        finally:
            os.close(handle)


class Writer:
    """The only one to append to a pack, as long as it holds the pack's lock."""

    def __init__(self, path: Path, handle: int, end: int) -> None:
        self.path, self._handle, self._started, self.end = path, handle, end, end

    @property
    def usable(self) -> bool:
        """Whether the pack still has a name and room."""
        return os.fstat(self._handle).st_nlink > 0 and self.end < ROLL_AT

    def append(self, blocks: list[Made]) -> list[Place]:
        """Write the blocks behind the others, not yet synced. Raises OSError."""
        places: list[Place] = []
        parts: list[bytes | memoryview] = []
        for cid, block in blocks:
            head = varint(SIZE + len(block)) + cid.raw
            places.append(Place(self.path, self.end + len(head), len(block)))
            parts += [head, block]
            self.end += len(head) + len(block)
        _write(self._handle, parts)
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


class Packs:
    """A folder of packs. Writers are lent to one put at a time, so that puts wait for the disk together."""

    def __init__(self, folder: Path, recover: Callable[[Path], int]) -> None:
        """`recover` is asked for the end of a pack that nobody appends to, once all before it is indexed."""
        self._folder, self._recover = folder, recover
        self._left = self.paths()
        self._idle: list[Writer] = []

    @contextmanager
    def writer(self, *, fresh: bool = False) -> Iterator[Writer]:
        """A writer for this block alone; what it appended and did not settle is cut off again. Raises OSError."""
        writer = (None if fresh else self._take()) or self._new()
        try:
            yield writer
        except BaseException as error:
            with suppress(OSError):
                writer.undo()
            if isinstance(error, OSError) and error.errno not in NO_ROOM:
                writer.close()
            else:
                self._idle.append(writer)
            raise
        self._idle.append(writer)

    def paths(self) -> list[Path]:
        """Every pack."""
        return sorted(self._folder.glob("*" + SUFFIX))

    def close(self) -> None:
        """Let other processes append to the packs of this one."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> Writer | None:
        while True:
            try:
                writer = self._idle.pop()
            except IndexError:
                break
            if writer.usable:
                return writer
            writer.close()
        return self._adopt()

    def recover(self, longer_than_known: Callable[[Path], bool]) -> None:
        """Recover every pack that a crash left longer than the index knows. Raises OSError."""
        for path in filter(longer_than_known, self.paths()):
            with suppress(BlockingIOError, FileNotFoundError):
                self._idle.append(self._claim(path))

    def _adopt(self) -> Writer | None:
        """A pack that an earlier process left."""
        while self._left:
            with suppress(OSError, IndexError):
                writer = self._claim(self._left.pop())
                if writer.usable:
                    return writer
                writer.close()
        return None

    def _claim(self, path: Path) -> Writer:
        """Raises OSError when the pack is gone, broken at its start, or another process appends to it."""
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            writer = Writer(path, handle, self._recover(path))
            if os.fstat(handle).st_size < writer.end:
                raise FileNotFoundError(path)
            writer.undo()
        except BaseException:
            os.close(handle)
            raise
        return writer

    def _new(self) -> Writer:
        path = self._folder / (secrets.token_hex(8) + SUFFIX)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            _write(handle, [HEADER])
            sync_folder(self._folder)
        except OSError:
            path.unlink(missing_ok=True)
            os.close(handle)
            raise
        return Writer(path, handle, len(HEADER))


def tail(pack: Path, start: int) -> Iterator[tuple[Cid, Place, bytes]]:
    """Every whole block from an offset on, up to where a crash tore one. Raises OSError."""
    with pack.open("rb") as file, suppress(MalformedInput):
        file.seek(start)
        for cid, block in car.read_blocks(file):
            yield cid, Place(pack, file.tell() - len(block), len(block)), block


def pins_in(block: bytes) -> list[Cid]:
    """The roots that a block lists; none unless it is such a block."""
    if not block.startswith(PINS):
        return []
    with suppress(MalformedInput):
        return [Cid.decode(block[at : at + SIZE]) for at in range(len(PINS), len(block), SIZE)]
    return []


def _write(handle: int, parts: list[bytes | memoryview]) -> None:
    for start in range(0, len(parts), VECTOR):
        some = parts[start : start + VECTOR]
        left = sum(map(len, some)) - os.writev(handle, some)
        if left:
            _write_rest(handle, memoryview(b"".join(some))[-left:])


def _write_rest(handle: int, rest: memoryview) -> None:
    while rest:
        rest = rest[os.write(handle, rest) :]
