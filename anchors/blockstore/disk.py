"""Files that are written whole and durable or not at all, and what the disk's refusals are called here."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import SourceUnavailable, StorageFull

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DRAFT = ".draft-"
MANY = 8
"""From so many files on, one syncfs of the whole file system beats an fsync of each."""
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the disk says into StorageFull or SourceUnavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull("the payload store's disk is full; nothing was accepted: free some space") from error
        raise SourceUnavailable("the payload store cannot be used; check its disk and try again") from error


@contextmanager
def locked(path: Path, *, alone: bool) -> Iterator[None]:
    """Hold a lock file shared, or alone, against every thread and process of this machine. Raises SourceUnavailable."""
    with refusals():
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    try:
        yield
    finally:
        os.close(handle)


def write_all(files: Mapping[Path, bytes]) -> None:
    """Put the files in place; when it returns they are on disk, when it raises OSError no part of one is visible."""
    drafts: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=DRAFT)
            drafts[path] = Path(name)
            with os.fdopen(handle, "wb", buffering=0) as file:
                _write_whole(file.fileno(), content)
        sync_all(drafts.values())
        for path, draft in drafts.items():
            draft.replace(path)
    except BaseException:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        raise
    sync_all({path.parent for path in files})


def _write_whole(handle: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(handle, view) :]


def append(path: Path, lines: bytes) -> None:
    """Add whole lines to the end of a file, all or none; on disk when it returns."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _write_lines(handle, lines)
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_lines(handle: int, lines: bytes) -> None:
    size = os.fstat(handle).st_size
    torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
    try:
        _write_whole(handle, b"\n" * torn + lines)
    except OSError:
        os.ftruncate(handle, size)
        raise


def sync(path: Path | str) -> None:
    """Force a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(paths: Collection[Path | str]) -> None:
    """Force files or folders of one file system to disk: many at once where the kernel can, else one by one."""
    if len(paths) >= MANY and _sync_file_system(next(iter(paths))):
        return
    for path in paths:
        sync(path)


def _sync_file_system(of: Path | str) -> bool:
    handle = os.open(of, os.O_RDONLY)
    try:
        return hasattr(_libc, "syncfs") and _libc.syncfs(handle) == 0
    finally:
        os.close(handle)
