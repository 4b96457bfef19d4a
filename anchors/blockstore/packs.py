"""`Packs`: a folder of packs, and the writers that append to them."""

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
    """A folder of packs. Each put gets a writer of its own, so that several puts wait for the disk at the same time."""

    def __init__(self, folder: Path, recover: Callable[[Path], int]) -> None:
        """`recover` indexes the rest of a pack that has no writer, and returns the offset where its last block ends."""
        self._folder, self._recover = folder, recover
        self._unclaimed = self.paths()
        self._idle: list[PackWriter] = []

    @contextmanager
    def writer(self, *, fresh: bool = False) -> Iterator[PackWriter]:
        """Lend a writer for the body of a `with`. After an error, what was not synced is cut off. Raises OSError."""
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
        """Return the paths of all packs, sorted."""
        return sorted(self._folder.glob("*" + SUFFIX))

    def close(self) -> None:
        """Close the idle writers, so that other processes may append to their packs."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> PackWriter | None:
        while True:
            try:
                writer = self._idle.pop()
            except IndexError:
                break
            if writer.is_usable:
                return writer
            writer.close()
        return self._reuse_earlier()

    def recover(self, is_longer_than_indexed: Callable[[Path], bool]) -> None:
        """Recover each pack that a crash left longer than its part in the index. Raises OSError."""
        for path in filter(is_longer_than_indexed, self.paths()):
            with suppress(BlockingIOError, FileNotFoundError):
                self._idle.append(self._lock_pack(path))

    def _reuse_earlier(self) -> PackWriter | None:
        """Return a writer for a pack of an earlier process, None if there is none to append to."""
        while self._unclaimed:
            with suppress(OSError, IndexError):
                writer = self._lock_pack(self._unclaimed.pop())
                if writer.is_usable:
                    return writer
                writer.close()
        return None

    def _lock_pack(self, path: Path) -> PackWriter:
        """Lock a pack, recover it and return its writer.

        Raises OSError when the pack is gone, damaged at its start, or another process appends to it.
        """
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
