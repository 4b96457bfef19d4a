"""Locks of a state folder: one for the process that starts a ledger or changes it offline, one for its keystore."""

from __future__ import annotations

import time
from pathlib import Path

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.scripts.file_lock import FileLock, Holder, LockHeld

STATE_LOCK = ".lock"
KEYSTORE_LOCK = ".in-use"
IGNORED = ".gitignore"
ORPHAN_SECONDS = 20.0
"""Seconds to wait for processes whose starter was killed; they end by themselves."""
MISSING = "there is no folder {state}; name the ledger's folder with --state"
IN_USE = (
    "the state folder {state} is used by {holder}: stop the ledger or that command first, or name another folder "
    "with --state; nothing was started or changed"
)
LEFT_BEHIND = (
    "the state folder {state} is used by processes that {holder} started; it has ended and they have not: end them, "
    "then run the command again"
)
OTHERS = (
    "a process uses the keystore of {state}: stop the ledger on every host that shares it, wait for `mydata fsck` and "
    "`mydata keystore backup` to end, then run the command again; nothing was changed"
)
ROTATING = "the keystore of {state} is being rotated; start again when that has ended"


def lock_state(state: Path, command: str) -> FileLock:
    """Lock a state folder for one command that starts a ledger, or that needs it stopped.

    The processes that the command starts hold the lock too, once it is passed on to them.

    Args:
        state: The state folder; it exists.
        command: What others read about the holder, for instance "`mydata up`".

    Raises:
        SourceUnavailable: Another process holds it, the message says which; or there is no folder.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    while True:
        try:
            lock = FileLock.take(state / STATE_LOCK)
        except FileNotFoundError as error:
            raise SourceUnavailable(MISSING.format(state=state)) from error
        except LockHeld as error:
            if not _is_left_behind(error.holder) or time.monotonic() > deadline:
                raise SourceUnavailable(_sentence(state, error.holder)) from error
            time.sleep(0.1)
        else:
            lock.describe(Holder.of_this_process(command))
            ignore(state)
            return lock


def ignore(folder: Path) -> None:
    """Let git ignore a folder of secrets, wherever it is and whatever its name."""
    (folder / IGNORED).write_text("*\n")


def lock_keystore(state: Path, *, exclusive: bool = False) -> FileLock:
    """Lock the keystore of a state folder: shared to use its keys, exclusive to rotate them.

    The file is in the keystore, which hosts with one PostgreSQL database share (docs/operations.md). Raises
    SourceUnavailable if another process rotates, or uses, the keys, or if there is no folder.
    """
    if not state.is_dir():
        raise SourceUnavailable(MISSING.format(state=state))
    folder = state / "keystore"
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        return FileLock.take(folder / KEYSTORE_LOCK, exclusive=exclusive)
    except LockHeld as error:
        raise SourceUnavailable((OTHERS if exclusive else ROTATING).format(state=state)) from error


def _is_left_behind(holder: Holder | None) -> bool:
    return holder is not None and holder.has_ended()


def _sentence(state: Path, holder: Holder | None) -> str:
    text = LEFT_BEHIND if _is_left_behind(holder) else IN_USE
    return text.format(state=state, holder=holder or "another process")
