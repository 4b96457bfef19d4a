"""Backup of a state folder: keystore, secrets and deployment, also while the ledger serves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.scripts.rotation import check_keystore, opened_keys
from mydata_ledger.scripts.state_folder import StateFolder
from mydata_ledger.scripts.state_lock import ignore

FOLDERS = ("keystore", "secrets", "deployments")
EXCLUDED = shutil.ignore_patterns("keys.db*", ".lock", ".in-use", ".draft-*", ".master-*")


def back_up(state_folder: StateFolder, target: Path) -> int:
    """Copy keystore, secrets and deployment to a new folder with the layout of a state folder.

    Every data key is opened in the copy; if one fails, the copy is deleted.

    Args:
        state_folder: The state folder to copy.
        target: Path of the new folder.

    Returns:
        The number of data keys that the copy opens.

    Raises:
        InvalidStatement: There is no keystore, or `target` exists.
        StorageFull: The disk is full.
        SourceUnavailable: A file changed or could not be read while it was copied.
        OSError: A file could not be written.
    """
    check_keystore(state_folder)
    if target.exists():
        raise InvalidStatement(f"{target} exists already; a copy goes into a new folder")
    target.mkdir(parents=True, mode=0o700)
    try:
        ignore(target)
        for name in FOLDERS:
            shutil.copytree(state_folder.settings.state / name, target / name, ignore=EXCLUDED)
        with opened_keys(state_folder) as keys:
            keys.backup(target / "keystore" / "keys.db")
        with opened_keys(StateFolder(replace(state_folder.settings, state=target))) as copy:
            return copy.check()
    except BaseException as error:
        shutil.rmtree(target, ignore_errors=True)
        if isinstance(error, shutil.Error):
            raise SourceUnavailable(
                "a file changed or could not be read while it was copied; run the backup again"
            ) from error
        raise
