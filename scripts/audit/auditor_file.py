"""What an auditor remembers: whose log it was, and the last checkpoint found whole. A fork is proved by two of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from mydata_ledger.ledger.errors import LedgerError, MalformedInput
from mydata_ledger.ledger.note import Checkpoint, Note, Verifier


@dataclass
class SeenLog:
    """One log as it was last seen."""

    verifiers: list[Verifier]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says."""
        return Checkpoint.parse(self.note.text)

    def written(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {"vkeys": [str(verifier) for verifier in self.verifiers], "note": bytes(self.note).decode()}


@dataclass
class AuditorFile:
    """The file of an auditor; without a path nothing is remembered."""

    path: Path | None = None
    logs: dict[str, SeenLog] = field(default_factory=dict)
    forks: list[list[str]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path | None) -> AuditorFile:
        """The file, or a new beginning where there is none. Raises MalformedInput for another kind of file."""
        if path is None or not path.exists():
            return cls(path)
        try:
            raw = orjson.loads(path.read_bytes())
            logs = {log: _seen(one) for log, one in raw["logs"].items()}
            return cls(path, logs, [[str(note) for note in fork] for fork in raw["forks"]])
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, LedgerError) as error:
            raise MalformedInput(f"{path.name} is no file of an auditor; move it away to begin anew") from error

    def remember(self, log: str, verifiers: list[Verifier], note: Note) -> None:
        """A log was found whole."""
        self.logs[log] = SeenLog(verifiers, note)

    def record_fork(self, old: Note, new: Note) -> None:
        """Two checkpoints that cannot both be of one log, each signed: kept for whoever is to be convinced."""
        pair = [bytes(old).decode(), bytes(new).decode()]
        if pair not in self.forks:
            self.forks.append(pair)

    def write(self) -> None:
        """Whole and durable, or not at all."""
        if self.path is None:
            return
        logs = {
            log: {"vkeys": [str(v) for v in s.verifiers], "note": bytes(s.note).decode()}
            for log, s in self.logs.items()
        }
        draft = self.path.with_name(self.path.name + f".{os.getpid()}.tmp")
        with draft.open("wb") as file:
            file.write(orjson.dumps({"logs": logs, "forks": self.forks}, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


def _seen(raw: dict[str, Any]) -> SeenLog:
    found = SeenLog([Verifier.parse(vkey) for vkey in raw["vkeys"]], Note.parse(raw["note"].encode()))
    Checkpoint.parse(found.note.text)
    return found
