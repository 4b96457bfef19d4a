"""The keys that sign checkpoints: sealed files in the keystore's folder, one a generation, told apart by name."""

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
    """One generation: its name, its Ed25519 seed (32 bytes), and whether it no longer signs."""

    name: str
    seed: bytes
    retired: bool = False


class NoteKeys:
    """The generations in `folder`, sealed under the keystore's master key; the first is made on first use.

    While two of them are live each checkpoint carries both signatures: who knows only the older key goes on reading
    until it is retired.
    """

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder, self._master = folder, master

    def all(self) -> list[NoteKey]:
        """Every generation, newest first. Raises SourceUnavailable when one does not open."""
        return [self._read(path) for path in self._paths()] or [self._make(FIRST)]

    def rewrap(self, new: bytes) -> int:
        """Put every generation under a new master key. Idempotent; how many there are. Raises SourceUnavailable."""
        with locked(self._folder):
            paths = self._paths()
            for path in paths:
                sealed, retired = _kept(path)
                replace(path, _written(rewrap(sealed, _named(path.stem), self._master, new), retired))
            self._master = new
        return len(paths)

    def _paths(self) -> list[Path]:
        """The file of every generation, newest first."""
        named = [path for path in self._folder.glob("*.key") if path.stem.isdecimal()]
        return sorted(named, key=lambda path: int(path.stem), reverse=True)

    def signers(self, origin: str) -> list[Signer]:
        """Those that sign for a log now, newest first; a note key is named like the log."""
        return [Signer(origin, key.seed) for key in self.all() if not key.retired]

    def rotate(self) -> str:
        """Make the next generation; it signs beside the others from the next checkpoint on. Returns its name."""
        with locked(self._folder):
            return self._make(str(int(self.all()[0].name) + 1)).name

    def retire(self, name: str) -> None:
        """Let a generation sign no more. Raises InvalidStatement when there is none of that name, or no other."""
        with locked(self._folder):
            live = {key.name: key for key in self.all() if not key.retired}
            if name not in live or len(live) == 1:
                raise InvalidStatement("no live note key of that name beside another; make the next one first")
            replace(self._path(name), self._sealed(NoteKey(name, live[name].seed, retired=True)))

    def _make(self, name: str) -> NoteKey:
        create(self._path(name), self._sealed(NoteKey(name, secrets.token_bytes(32))))
        return self._read(self._path(name))

    def _sealed(self, key: NoteKey) -> bytes:
        return _written(wrap(self._master, key.seed, _named(key.name)), key.retired)

    def _read(self, path: Path) -> NoteKey:
        sealed, retired = _kept(path)
        return NoteKey(path.stem, unwrap(self._master, sealed, _named(path.stem)), retired)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.key"


def _kept(path: Path) -> tuple[bytes, bool]:
    """The sealed seed in a file, and whether the key is retired. Raises SourceUnavailable."""
    try:
        kept = orjson.loads(path.read_bytes())
        return bytes.fromhex(kept["sealed"]), bool(kept["retired"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceUnavailable("a note key cannot be read; restore the keystore from its backup") from error


def _written(sealed: bytes, retired: bool) -> bytes:
    return orjson.dumps({"sealed": sealed.hex(), "retired": retired})


def _named(name: str) -> bytes:
    return b"note key " + name.encode()
