"""Files of a keystore folder that the master key wraps directly: open them, and wrap them with a new master key."""

from __future__ import annotations

from pathlib import Path

from mydata_ledger.anchors.journal import BlobStore
from mydata_ledger.anchors.keystore import keep_master, open_masters
from mydata_ledger.anchors.keystore.key_files import CONTENT_DIGESTS, WORK_ITEMS, rewrap_key
from mydata_ledger.anchors.keystore.master import MasterKeys
from mydata_ledger.anchors.tiles import NoteKeys
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.scripts.settings import Settings, secret


def notes_folder(state: Path) -> Path:
    """Folder of note keys, signed checkpoints and the list of witnesses in a state folder."""
    return state / "keystore" / "notes"


class MasterFiles:
    """`master.json`, the keys of journal, work items and content digests, and the note keys of one state folder.

    A replacement takes effect when the new `master.json` is renamed into place. It then holds the new master key, and
    the old one sealed under it, until every other file is wrapped with the new key. After a crash, `open` completes the
    replacement.
    """

    def __init__(self, settings: Settings) -> None:
        """Take the passphrase of the settings, or else the one in the `secrets` of the folder."""
        state = settings.state
        self._folder, self._notes = state / "keystore", notes_folder(state)
        self._path = self._folder / "master.json"
        self._passphrase = settings.passphrase.encode() or secret(state, "passphrase")
        self._next = settings.new_passphrase.encode()

    def open(self) -> bytes:
        """The 32-byte master key, created at first use. Raises SourceUnavailable for a wrong passphrase.

        MYDATA_NEW_PASSPHRASE opens it too, so that a rotation can go on, and can be repeated, after the master key.
        """
        masters = self._opened()
        if masters.replaced:
            self._finish(masters.current, masters.replaced)
        return masters.current

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
        """Wrap everything with a new master key, which is sealed under MYDATA_NEW_PASSPHRASE if that is set.

        After a crash at any point `open` still works. Raises SourceUnavailable, StorageFull.
        """
        old = self.open()
        self._passphrase = self._next or self._passphrase
        keep_master(self._path, self._passphrase, new, replaced=old)
        self._finish(new, old)

    def sweep(self) -> None:
        """Delete unfinished files of a killed process. Call it only while no other process uses the folder."""
        for folder in (self._folder, self._notes):
            for pattern in (".draft-*", ".master-*"):
                for path in folder.glob(pattern):
                    path.unlink()

    def _finish(self, current: bytes, replaced: bytes) -> None:
        BlobStore.rewrap_key(self._folder, replaced, current)
        for name in (WORK_ITEMS, CONTENT_DIGESTS):
            rewrap_key(self._folder / name, replaced, current)
        NoteKeys(self._notes, replaced).rewrap(current)
        keep_master(self._path, self._passphrase, current)
