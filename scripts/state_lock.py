"""Lock of a state folder: shared for processes that use its keystore, exclusive while the keystore is rotated."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from mydata_ledger.ledger.errors import SourceUnavailable

LOCK_FILE = ".lock"
IN_USE = (
    "a process uses the state folder {state}: stop the ledger (`mydata up`, `mydata demo`, or the server), "
    "then run the command again; nothing was changed"
)
ROTATING = "the keystore of {state} is being rotated; start again when that has ended"


class StateLock:
    """An advisory lock (flock) on a file of the state folder, held until `release` or the end of the process.

    Taking it never waits. Across machines that share the folder, it depends on the flock of the file system.
    """

    def __init__(self, state: Path, *, exclusive: bool = False) -> None:
        """Take the lock. Raises SourceUnavailable if another process holds it, or there is no folder."""
        try:
            self._handle = os.open(state / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError as error:
            raise SourceUnavailable(f"there is no folder {state}; name the ledger's folder with --state") from error
        try:
            fcntl.flock(self._handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            raise SourceUnavailable((IN_USE if exclusive else ROTATING).format(state=state)) from error

    def release(self) -> None:
        """Release the lock."""
        os.close(self._handle)

    def __enter__(self) -> StateLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
