"""Locks on files (flock). The operating system releases a lock when the last process that holds it has ended."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.reduction import DupFd
from pathlib import Path
from types import TracebackType
from typing import Protocol

import orjson

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.scripts.failure import Failure

LARGEST_NOTE = 4_096
"""Bytes of a lock file that are read."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who took a lock: command, process id, host, time in UTC seconds, and the URL that it serves, if any.

    `child` is the process id of the only child to which the lock was passed on, if there is one. All of it is true only
    while the lock is held: a holder that was killed leaves it behind.
    """

    command: str
    process: int
    host: str
    since: int
    url: str = ""
    child: int = 0

    @classmethod
    def of_this_process(cls, command: str, url: str = "") -> Holder:
        """This process, now."""
        return cls(command, os.getpid(), socket.gethostname(), int(time.time()), url)

    def has_ended(self) -> bool:
        """True if the process ran on this host and has ended. A lock that it passed on may still be held."""
        return self.host == socket.gethostname() and not _is_alive(self.process)

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.since))
        serving = f", serving at {self.url}" if self.url else ""
        return f"{self.command} (process {self.process} on {self.host}, since {since} UTC{serving})"


class LockHeld(Failure):
    """Another process holds the lock; `holder` is what it wrote about itself, or None."""

    def __init__(self, path: Path, holder: Holder | None) -> None:
        super().__init__(f"{holder or 'another process'} holds the lock {path}")
        self.holder = holder


class FileLock:
    """A lock on a file, shared or exclusive. Taking it never waits.

    A process to which the file descriptor is passed holds the lock too, and so does a worker to which this object is
    passed as an argument (`multiprocessing`, spawned). On a network file system it is as good as the flock there.
    """

    def __init__(self, handle: int) -> None:
        """The lock behind a file descriptor on which it was taken, here or in the parent process."""
        self._handle = handle

    @classmethod
    def take(cls, path: Path, *, exclusive: bool = True) -> FileLock:
        """Take the lock of a file. Raises LockHeld; SourceUnavailable if it cannot be locked; FileNotFoundError."""
        lock = cls(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        try:
            fcntl.flock(lock.fileno(), (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _read_holder(lock.fileno())
            lock.release()
            raise LockHeld(path, holder) from error
        except OSError as error:
            lock.release()
            raise SourceUnavailable(f"{path} cannot be locked; use a file system that supports flock") from error
        return lock

    def fileno(self) -> int:
        """The file descriptor."""
        return self._handle

    def describe(self, holder: Holder) -> None:
        """Write who holds the lock into the file."""
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, orjson.dumps(asdict(holder)), 0)

    def release(self) -> None:
        """Close the file; the lock ends with its last holder."""
        os.close(self._handle)

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __reduce__(self) -> tuple[Callable[[_Passed], FileLock], tuple[object]]:
        return _from_parent, (DupFd(self._handle),)


class _Passed(Protocol):
    """A file descriptor on its way to a spawned process."""

    def detach(self) -> int: ...


def _from_parent(handle: _Passed) -> FileLock:
    return FileLock(handle.detach())


def _read_holder(handle: int) -> Holder | None:
    try:
        return Holder(**orjson.loads(os.pread(handle, LARGEST_NOTE, 0)))
    except (ValueError, TypeError):
        return None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
