"""Key rotation in a state folder that no process uses: a new master key, or new custody keys for all people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import orjson

from mydata_ledger.anchors.durable import replace
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.anchors.keystore.wrapped import new_key
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.scripts.master_files import MasterFiles
from mydata_ledger.scripts.state_folder import StateFolder

ProgressCallback = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RotatedMaster:
    """Result of a master key rotation: the number of custody keys wrapped with the new master key.

    With a PKCS#11 token, `label` names its new master key and `replaced_label` the old one, which stays in the token;
    both are empty otherwise.
    """

    custody_keys: int
    label: str = ""
    replaced_label: str = ""


def rotate_master(state_folder: StateFolder, on_progress: ProgressCallback) -> RotatedMaster:
    """Wrap custody keys, journal key and note keys with new master keys; a crash at any point loses nothing.

    The caller holds the locks of the state folder and, exclusively, of its keystore. Raises InvalidStatement if there
    is no keystore; SourceUnavailable, StorageFull.
    """
    check_keystore(state_folder)
    files = MasterFiles(state_folder.settings)
    files.sweep()
    with opened_keys(state_folder) as keys:
        if state_folder.token is None:
            return RotatedMaster(keys.rotate_master(new_key(), files.replace, on_progress))
        before, successor = state_folder.token_label, state_folder.token.successor()
        count = keys.rotate_master(successor, lambda label: _keep_label(state_folder, label), on_progress)
    files.replace(new_key())
    return RotatedMaster(count, state_folder.token_label, before)


def rotate_custody(state_folder: StateFolder, on_progress: ProgressCallback) -> int:
    """Give every data subject a new custody key; return their number.

    The caller holds the locks of the state folder and, exclusively, of its keystore. Raises InvalidStatement if there
    is no keystore; SourceUnavailable, StorageFull.
    """
    check_keystore(state_folder)
    with opened_keys(state_folder) as keys:
        return keys.rotate_custody_keys(on_progress)


@contextmanager
def opened_keys(state_folder: StateFolder) -> Iterator[FileKeys]:
    """Open the keystore; close it and its token at the end, since a process logs in to a token only once."""
    keys = state_folder.sealed_keys()
    try:
        yield keys
    finally:
        keys.close()
        if state_folder.token:
            state_folder.token.close()


def check_keystore(state_folder: StateFolder) -> None:
    """Raise InvalidStatement if a state folder has no keystore."""
    if not all((state_folder.keystore / name).exists() for name in ("keys.db", "master.json")):
        raise InvalidStatement(f"{state_folder.keystore} holds no keystore; name the ledger's folder with --state")


def _keep_label(state_folder: StateFolder, label: bytes) -> None:
    replace(state_folder.keystore / "token.json", orjson.dumps({"label": label.decode()}))
