"""Durable small files: each is whole after a power cut, and one process at a time writes to a folder."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mydata_ledger.ledger.errors import SourceUnavailable, StorageFull


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, against other threads and processes. Raises SourceUnavailable, StorageFull."""
    with _errors_translated(), _opened(folder / ".lock") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def replace(path: Path, content: bytes) -> None:
    """Replace a file atomically; the new content is durable on return. Raises SourceUnavailable, StorageFull."""
    with _errors_translated(), _draft(path, content) as draft:
        draft.replace(path)


def create(path: Path, content: bytes) -> None:
    """Write a file atomically and durably, unless there is one already. Raises SourceUnavailable, StorageFull."""
    with _errors_translated(), _draft(path, content) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return


@contextmanager
def _draft(path: Path, content: bytes) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
        with _opened(path.parent, os.O_RDONLY) as folder:
            os.fsync(folder)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _opened(path: Path, flags: int = os.O_RDWR | os.O_CREAT) -> Iterator[int]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, flags, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        error_class = StorageFull if error.errno == errno.ENOSPC else SourceUnavailable
        raise error_class("a file of keys or secrets cannot be written; check the disk") from error
