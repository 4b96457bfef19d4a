"""The state file of a development chain: its lock, and the copy that replaces it after a crash."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import orjson

from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.file_lock import FileLock, Holder, LockHeld

LOCK_SUFFIX = ".lock"
COMMAND = "a development chain"
"""How others read who uses the file."""
STOP_SECONDS = 10.0
"""Seconds in which a chain saves its state and ends."""


class DevnetFailed(Failure):
    """The chain did not start or does not answer; the message gives the cause and the remedy."""


def lock_chain(state: Path) -> FileLock:
    """Lock the state file of a chain. A chain whose starter was killed is stopped first, and saves its state.

    Raises DevnetFailed if a running process uses it.
    """
    path, deadline, stopped = state.with_name(state.name + LOCK_SUFFIX), time.monotonic() + STOP_SECONDS, False
    while True:
        try:
            lock = FileLock.take(path)
        except LockHeld as error:
            holder = error.holder
            if holder is None or not holder.has_ended() or time.monotonic() > deadline:
                raise DevnetFailed(f"the development chain {state} is used by {holder or 'another process'}") from error
            if holder.child and not stopped:
                with suppress(ProcessLookupError):
                    os.kill(holder.child, signal.SIGTERM)
            stopped = True
            time.sleep(0.05)
        else:
            lock.describe(Holder.of_this_process(COMMAND))  # in place of an earlier holder, whose chain has ended
            return lock


def keep_or_restore(state: Path) -> None:
    """Copy a whole state file aside; put the copy back where a crash left half a file."""
    backup = state.with_name(state.name + ".last-good")
    if not state.exists():
        return
    if _is_whole(state):
        shutil.copyfile(state, backup)
    elif backup.exists():
        shutil.copyfile(backup, state)
    else:
        state.unlink()


def _is_whole(state: Path) -> bool:
    try:
        return isinstance(orjson.loads(state.read_bytes()), dict)
    except orjson.JSONDecodeError:
        return False
