"""Disk errors translated into errors of the ledger, and file locks between threads and processes."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mydata_ledger.ledger.errors import SourceUnavailable, StorageFull

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL = "the payload store's disk is full; nothing was accepted: free some space"
UNUSABLE = "the payload store cannot be used; check its disk and try again"


@contextmanager
def errors_translated() -> Iterator[None]:
    """Turn errors of the file system and of SQLite into StorageFull or SourceUnavailable."""
    try:
        yield
    except OSError as error:
        raise (StorageFull(FULL) if error.errno in NO_ROOM else SourceUnavailable(UNUSABLE)) from error
    except sqlite3.Error as error:
        raise (StorageFull(FULL) if "full" in str(error) else SourceUnavailable(UNUSABLE)) from error


@contextmanager
def locked(path: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold a shared or exclusive lock on a file, against threads and processes of this machine.

    Raises SourceUnavailable.
    """
    with errors_translated():
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
    try:
        yield
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
