"""Packs: files that blocks are appended to, each a CAR without roots, so that any IPFS tool can read one."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from anchors.blockstore.disk import NO_ROOM, sync_folder
from anchors.ipld import car
from anchors.ipld.cid import SIZE
from anchors.ipld.unixfs import Made
from anchors.ipld.wire import varint

SUFFIX = ".car"
ROLL_AT = 1 << 30
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
        self.path, self._handle, self._end = path, handle, end
        self._started = end

    @property
    def usable(self) -> bool:
        """Whether the pack still has a name and room."""
        return os.fstat(self._handle).st_nlink > 0 and self._end < ROLL_AT

    def append(self, blocks: list[Made]) -> list[Place]:
        """Write the blocks behind the others, not yet synced. Raises OSError."""
        places: list[Place] = []
        parts: list[bytes | memoryview] = []
        for cid, block in blocks:
            head = varint(SIZE + len(block)) + cid.raw
            places.append(Place(self.path, self._end + len(head), len(block)))
            parts += [head, block]
            self._end += len(head) + len(block)
        _write(self._handle, parts)
        return places

    def settle(self) -> None:
        """Sync what was appended; from here on `undo` leaves it, since an index may know it. Raises OSError."""
        os.fdatasync(self._handle)
        self._started = self._end

    def undo(self) -> None:
        """Cut off what was appended and not settled. Raises OSError."""
        if self._end == self._started and os.fstat(self._handle).st_size == self._end:
            return
        os.ftruncate(self._handle, self._started)
        self._end = self._started

    def close(self) -> None:
        """Let others append to the pack."""
        os.close(self._handle)


class Packs:
    """A folder of packs. Writers are lent to one put at a time, so that puts wait for the disk together."""

    def __init__(self, folder: Path, end_of: Callable[[str], int | None]) -> None:
        self._folder, self._end_of = folder, end_of
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

    def _adopt(self) -> Writer | None:
        """A pack that an earlier process left, cut behind the last block that was acknowledged."""
        while self._left:
            with suppress(OSError, IndexError):
                writer = self._claim(self._left.pop())
                if writer.usable:
                    writer.undo()
                    return writer
                writer.close()
        return None

    def _claim(self, path: Path) -> Writer:
        """Raises OSError when the pack is gone, another process appends to it, or nothing in it was acknowledged."""
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end = self._end_of(path.name)
            if end is None:
                raise FileNotFoundError(path)
        except BaseException:
            os.close(handle)
            raise
        return Writer(path, handle, end)

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


def _write(handle: int, parts: list[bytes | memoryview]) -> None:
    for start in range(0, len(parts), VECTOR):
        some = parts[start : start + VECTOR]
        left = sum(map(len, some)) - os.writev(handle, some)
        if left:
            _write_rest(handle, memoryview(b"".join(some))[-left:])


def _write_rest(handle: int, rest: memoryview) -> None:
    while rest:
        rest = rest[os.write(handle, rest) :]
