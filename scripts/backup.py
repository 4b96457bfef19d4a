"""A copy of what must never be lost of a state folder: keystore, secrets and deployment, also while it serves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.scripts.rotation import check_keystore, opened_keys
from mydata_ledger.scripts.state_folder import StateFolder

FOLDERS = ("keystore", "secrets", "deployments")
LEFT_OUT = shutil.ignore_patterns("keys.db*", ".lock", ".draft-*", ".master-*")


def back_up(house: StateFolder, target: Path) -> int:
    """Copy into a new folder `target`, laid out as a state folder; how many data keys the copy opens.

    Every data key was opened in the copy when it returns; otherwise there is no copy. Raises InvalidStatement when
    there is no keystore or something lies at `target`, StorageFull, SourceUnavailable, OSError.
    """
    check_keystore(house)
    if target.exists():
        raise InvalidStatement(f"{target} exists already; a copy goes into a new folder")
    target.mkdir(parents=True, mode=0o700)
    try:
        for name in FOLDERS:
            shutil.copytree(house.settings.state / name, target / name, ignore=LEFT_OUT)
        with opened_keys(house) as keys:
            keys.backup(target / "keystore" / "keys.db")
        with opened_keys(StateFolder(replace(house.settings, state=target))) as copied:
            return copied.check()
    except BaseException as error:
        shutil.rmtree(target, ignore_errors=True)
        if isinstance(error, shutil.Error):
            raise SourceUnavailable("a file changed or could not be read while it was copied; say it again") from error
        raise
