"""The files of a keystore folder that lie directly under the sealed master key, opened and put under a new one."""

from __future__ import annotations

from pathlib import Path

from mydata_ledger.anchors.journal import BlobStore
from mydata_ledger.anchors.keystore import keep_master, open_masters
from mydata_ledger.anchors.keystore.master import MasterKeys
from mydata_ledger.anchors.tiles import NoteKeys
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.scripts.settings import Settings, secret


def notes_folder(state: Path) -> Path:
    """Where note keys, signed checkpoints and the list of witnesses of a state folder lie."""
    return state / "keystore" / "notes"


class MasterFiles:
    """`master.json`, the journal's key and the note keys of one state folder.

    A replacement takes effect when `master.json` is renamed into place: it then holds the new master key and, sealed
    under it, the old one, until every other file is under the new one. Opening finishes what a crash left undone.
    """

    def __init__(self, settings: Settings) -> None:
        """The passphrase is that of the settings, or the one in the folder's `secrets`."""
        state = settings.state
        self._folder, self._notes = state / "keystore", notes_folder(state)
        self._path = self._folder / "master.json"
        self._passphrase = settings.passphrase.encode() or secret(state, "passphrase")
        self._next = settings.new_passphrase.encode()

    def open(self) -> bytes:
        """The 32-byte master key, made on first use. Raises SourceUnavailable for a wrong passphrase.

        MYDATA_NEW_PASSPHRASE opens it too, so that a rotation can go on, and can be said again, after the master key.
        """
        found = self._opened()
        if found.replaced:
            self._finish(found.current, found.replaced)
        return found.current

    def _opened(self) -> MasterKeys:
        """By the passphrase, or by the new one where a rotation has put it in place already."""
        try:
            return open_masters(self._path, self._passphrase)
        except SourceUnavailable:
            if not self._next:
                raise
            found = open_masters(self._path, self._next)
            self._passphrase = self._next
            return found

    def replace(self, new: bytes) -> None:
        """Put everything under a new master key, sealed under MYDATA_NEW_PASSPHRASE if that is set.

        Raises SourceUnavailable, StorageFull; a crash at any point leaves files that `open` opens.
        """
        old = self.open()
        self._passphrase = self._next or self._passphrase
        keep_master(self._path, self._passphrase, new, replaced=old)
        self._finish(new, old)

    def sweep(self) -> None:
        """Delete what a killed process left half written. Only while no other process uses the folder."""
        for folder in (self._folder, self._notes):
            for pattern in (".draft-*", ".master-*"):
                for path in folder.glob(pattern):
                    path.unlink()

    def _finish(self, current: bytes, replaced: bytes) -> None:
        BlobStore.rewrap_key(self._folder, replaced, current)
        NoteKeys(self._notes, replaced).rewrap(current)
        keep_master(self._path, self._passphrase, current)
