"""A folder of packs, and who may append to which."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mydata_ledger.anchors.blockstore.disk import NO_ROOM, sync_folder
from mydata_ledger.anchors.blockstore.pack import HEADER, PackWriter, write

SUFFIX = ".car"


class Packs:
    """A folder of packs. Writers are lent to one put at a time, so that puts wait for the disk together."""

    def __init__(self, folder: Path, recover: Callable[[Path], int]) -> None:
        """`recover` is asked for the end of a pack that nobody appends to, once all before it is indexed."""
        self._folder, self._recover = folder, recover
        self._left = self.paths()
        self._idle: list[PackWriter] = []

    @contextmanager
    def writer(self, *, fresh: bool = False) -> Iterator[PackWriter]:
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

    def _take(self) -> PackWriter | None:
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

    def _adopt(self) -> PackWriter | None:
        """A pack that an earlier process left."""
        while self._left:
            with suppress(OSError, IndexError):
                writer = self._claim(self._left.pop())
                if writer.usable:
                    return writer
                writer.close()
        return None

    def _claim(self, path: Path) -> PackWriter:
        """Raises OSError when the pack is gone, broken at its start, or another process appends to it."""
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            writer = PackWriter(path, handle, self._recover(path))
            if os.fstat(handle).st_size < writer.end:
                raise FileNotFoundError(path)
            writer.undo()
        except BaseException:
            os.close(handle)
            raise
        return writer

    def _new(self) -> PackWriter:
        path = self._folder / (secrets.token_hex(8) + SUFFIX)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            write(handle, [HEADER])
            sync_folder(self._folder)
        except OSError:
            path.unlink(missing_ok=True)
            os.close(handle)
            raise
        return PackWriter(path, handle, len(HEADER))
