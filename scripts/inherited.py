"""What `mydata up` passes on to the API process that it starts: the lock, its own life, and listening sockets."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mydata_ledger.scripts.file_lock import FileLock


@dataclass(frozen=True, slots=True)
class Inherited:
    """File descriptors of a parent process.

    `life` is the reading end of a pipe whose other end only the parent holds: it ends when the parent ends.
    """

    lock: FileLock
    life: int
    sockets: Sequence[socket.socket]

    def as_text(self) -> str:
        """The descriptors as an argument of the command line."""
        return ",".join(map(str, self.descriptors()))

    def descriptors(self) -> list[int]:
        """The descriptors, in the order of the fields."""
        return [self.lock.fileno(), self.life, *(one.fileno() for one in self.sockets)]

    @classmethod
    def of_text(cls, text: str) -> Inherited:
        """In the child: what `as_text` of the parent wrote."""
        lock, life, *sockets = map(int, text.split(","))
        return cls(FileLock(lock), life, [socket.socket(fileno=one) for one in sockets])

    def end_with_parent(self) -> None:
        """End this process in order (SIGTERM) once the parent has ended, also if it was killed."""
        end_after(lambda: os.read(self.life, 1))


def end_after(wait: Callable[[], object]) -> None:
    """End this process in order (SIGTERM) once `wait`, which runs in a thread, has returned."""

    def run() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=run, name="parent", daemon=True).start()
