"""What was signed stays signed: the newest checkpoint of each log, outside the database that it speaks about."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from mydata_ledger.anchors.durable import locked, replace
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, SourceUnavailable
from mydata_ledger.ledger.note import COSIGNATURE, Checkpoint, Note, Verifier

SIGNED, COSIGNED = "signed", "cosigned"


class CheckpointStore:
    """Notes by origin in `folder`, and the verifier keys of witnesses in its file `witnesses`, one a line.

    Restoring an older database does not bring back an older checkpoint: it lies with the keys, not with the log.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def newest(self, origin: str, kind: str = SIGNED) -> tuple[Note, Checkpoint] | None:
        """The note kept for a log. Raises SourceUnavailable for a file that is none."""
        path = self._path(origin, kind)
        try:
            note = Note.parse(path.read_bytes())
            return note, Checkpoint.parse(note.text)
        except FileNotFoundError:
            return None
        except (OSError, LedgerError) as error:
            raise SourceUnavailable(f"{path.name} is no signed checkpoint; restore the keystore's folder") from error

    def keep(self, origin: str, note: Note, kind: str = SIGNED) -> None:
        """Replace the note of a log; durable when it returns. Raises SourceUnavailable, StorageFull."""
        replace(self._path(origin, kind), bytes(note))

    def witnesses(self) -> list[Verifier]:
        """Whose cosignatures are kept. Raises SourceUnavailable for a line that is no witness's key."""
        try:
            lines = (self.folder / "witnesses").read_text(encoding="utf-8").split()
            return [_witness(line) for line in lines]
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError, LedgerError) as error:
            raise SourceUnavailable("the list of witnesses holds a line that is no witness's key; mend it") from error

    def add_witness(self, vkey: str) -> Verifier:
        """Know a witness from now on. Raises MalformedInput unless it is a cosignature key."""
        found = _witness(vkey)
        with locked(self.folder):
            known = {str(each) for each in self.witnesses()} | {str(found)}
            replace(self.folder / "witnesses", "".join(f"{line}\n" for line in sorted(known)).encode())
        return found

    def _path(self, origin: str, kind: str) -> Path:
        return self.folder / f"{sha256(origin.encode()).hexdigest()[:32]}.{kind}"


def _witness(line: str) -> Verifier:
    found = Verifier.parse(line)
    if found.kind != COSIGNATURE:
        raise MalformedInput("a witness has a cosignature key, of type 0x04")
    return found
