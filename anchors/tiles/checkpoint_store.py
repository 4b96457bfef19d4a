"""Files with the newest signed checkpoint of each log. They are outside the database whose logs they describe."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from mydata_ledger.anchors.durable import locked, replace
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, SourceUnavailable
from mydata_ledger.ledger.note import COSIGNATURE, Checkpoint, Note, Verifier

SIGNED, COSIGNED = "signed", "cosigned"


class CheckpointStore:
    """Signed checkpoints (notes) by origin in `folder`, and verifier keys of witnesses, one a line in `witnesses`.

    The checkpoints are stored with the keys and not with the log. A restored older database therefore does not restore
    an older checkpoint.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def newest(self, origin: str, kind: str = SIGNED) -> tuple[Note, Checkpoint] | None:
        """Return the note of a log and its checkpoint, None before the first. Raises SourceUnavailable."""
        path = self._path(origin, kind)
        try:
            note = Note.parse(path.read_bytes())
            return note, Checkpoint.parse(note.text)
        except FileNotFoundError:
            return None
        except (OSError, LedgerError) as error:
            raise SourceUnavailable(f"{path.name} is no signed checkpoint; restore the keystore's folder") from error

    def keep(self, origin: str, note: Note, kind: str = SIGNED) -> None:
        """Replace the note of a log; durable on return. Raises SourceUnavailable, StorageFull."""
        replace(self._path(origin, kind), bytes(note))

    def witnesses(self) -> list[Verifier]:
        """Return the keys of the witnesses whose cosignatures are stored. Raises SourceUnavailable for a bad line."""
        try:
            lines = (self.folder / "witnesses").read_text(encoding="utf-8").split()
            return [_witness(line) for line in lines]
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError, LedgerError) as error:
            raise SourceUnavailable("the list of witnesses holds a line that is no witness's key; mend it") from error

    def add_witness(self, vkey: str) -> Verifier:
        """Add a witness by its verifier key. Raises MalformedInput unless it is a cosignature key."""
        witness = _witness(vkey)
        with locked(self.folder):
            lines = {str(verifier) for verifier in self.witnesses()} | {str(witness)}
            replace(self.folder / "witnesses", "".join(f"{line}\n" for line in sorted(lines)).encode())
        return witness

    def _path(self, origin: str, kind: str) -> Path:
        return self.folder / f"{sha256(origin.encode()).hexdigest()[:32]}.{kind}"


def _witness(line: str) -> Verifier:
    verifier = Verifier.parse(line)
    if verifier.kind != COSIGNATURE:
        raise MalformedInput("a witness has a cosignature key, of type 0x04")
    return verifier
