"""The keys that sign checkpoints: one sealed file for each generation, in the keystore's folder."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import orjson

from mydata_ledger.anchors.durable import create, locked, replace
from mydata_ledger.anchors.keystore.wrapped import rewrap, unwrap, wrap
from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.note import Signer

FIRST = "1"


@dataclass(frozen=True, slots=True)
class NoteKey:
    """One generation of the key: its name, its Ed25519 seed (32 bytes), and whether it is retired and signs no more."""

    name: str
    seed: bytes
    retired: bool = False


class NoteKeys:
    """The generations in `folder`, sealed under the keystore's master key. The first is made on first use.

    While two generations are live, each checkpoint has the signatures of both. A reader that has only the older key
    can verify checkpoints until that key is retired.
    """

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder, self._master = folder, master

    def all(self) -> list[NoteKey]:
        """Return all generations, newest first. Raises SourceUnavailable when one does not open."""
        return [self._read(path) for path in self._paths()] or [self._make(FIRST)]

    def rewrap(self, new: bytes) -> int:
        """Wrap all generations under a new master key, and return how many there are.

        Idempotent. Raises SourceUnavailable.
        """
        with locked(self._folder):
            paths = self._paths()
            for path in paths:
                sealed, retired = _read_sealed(path)
                replace(path, _to_json(rewrap(sealed, _wrapping_name(path.stem), self._master, new), retired))
            self._master = new
        return len(paths)

    def _paths(self) -> list[Path]:
        """Return the files of all generations, newest first."""
        paths = [path for path in self._folder.glob("*.key") if path.stem.isdecimal()]
        return sorted(paths, key=lambda path: int(path.stem), reverse=True)

    def signers(self, origin: str) -> list[Signer]:
        """Return the signers of a log, newest first. The name of a note key is the origin of the log."""
        return [Signer(origin, key.seed) for key in self.all() if not key.retired]

    def rotate(self) -> str:
        """Make the next generation, and return its name. From the next checkpoint on it signs beside the others."""
        with locked(self._folder):
            return self._make(str(int(self.all()[0].name) + 1)).name

    def retire(self, name: str) -> None:
        """Retire a generation, which then signs no more.

        Raises InvalidStatement if no live generation has that name, or if it is the only live one.
        """
        with locked(self._folder):
            live = {key.name: key for key in self.all() if not key.retired}
            if name not in live or len(live) == 1:
                raise InvalidStatement("no live note key of that name beside another; make the next one first")
            replace(self._path(name), self._sealed(NoteKey(name, live[name].seed, retired=True)))

    def _make(self, name: str) -> NoteKey:
        create(self._path(name), self._sealed(NoteKey(name, secrets.token_bytes(32))))
        return self._read(self._path(name))

    def _sealed(self, key: NoteKey) -> bytes:
        return _to_json(wrap(self._master, key.seed, _wrapping_name(key.name)), key.retired)

    def _read(self, path: Path) -> NoteKey:
        sealed, retired = _read_sealed(path)
        return NoteKey(path.stem, unwrap(self._master, sealed, _wrapping_name(path.stem)), retired)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.key"


def _read_sealed(path: Path) -> tuple[bytes, bool]:
    """Return the sealed seed in a file, and whether the key is retired. Raises SourceUnavailable."""
    try:
        fields = orjson.loads(path.read_bytes())
        return bytes.fromhex(fields["sealed"]), bool(fields["retired"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceUnavailable("a note key cannot be read; restore the keystore from its backup") from error


def _to_json(sealed: bytes, retired: bool) -> bytes:
    return orjson.dumps({"sealed": sealed.hex(), "retired": retired})


def _wrapping_name(name: str) -> bytes:
    return b"note key " + name.encode()
