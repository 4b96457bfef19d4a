"""State file of an auditor: verifier keys, the last good checkpoint of each log, and the second of the rule; two
checkpoints prove a fork.
"""

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
    """Verifier keys and signed checkpoint of one log at the last good audit."""

    verifiers: list[Verifier]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint in the note."""
        return Checkpoint.parse(self.note.text)

    def written(self) -> dict[str, Any]:
        """The log as a JSON value of the file."""
        return {"vkeys": [str(verifier) for verifier in self.verifiers], "note": bytes(self.note).decode()}


@dataclass
class AuditorFile:
    """State of an auditor; without a path it is not saved."""

    path: Path | None = None
    logs: dict[str, SeenLog] = field(default_factory=dict)
    forks: list[list[str]] = field(default_factory=list)
    rule_since: int | None = None
    """The UTC second from which emergency access has its scope, as the ledger told it first."""

    @classmethod
    def read(cls, path: Path | None) -> AuditorFile:
        """Read the file; empty if it does not exist. Raises MalformedInput for another kind of file."""
        if path is None or not path.exists():
            return cls(path)
        try:
            raw = orjson.loads(path.read_bytes())
            logs = {log: _seen(seen) for log, seen in raw["logs"].items()}
            since = raw.get("rule_since")
            forks = [[str(note) for note in fork] for fork in raw["forks"]]
            return cls(path, logs, forks, None if since is None else int(since))
        except (ValueError, KeyError, TypeError, AttributeError, LedgerError) as error:
            raise MalformedInput(f"{path.name} is no file of an auditor; move it away to begin anew") from error

    def remember(self, log: str, verifiers: list[Verifier], note: Note) -> None:
        """Set the last good checkpoint of a log."""
        self.logs[log] = SeenLog(verifiers, note)

    def record_fork(self, old: Note, new: Note) -> None:
        """Keep two signed checkpoints that cannot belong to one log, as evidence of a fork."""
        pair = [bytes(old).decode(), bytes(new).decode()]
        if pair not in self.forks:
            self.forks.append(pair)

    def write(self) -> None:
        """Write the file atomically and durably."""
        if self.path is None:
            return
        logs = {
            log: {"vkeys": [str(v) for v in s.verifiers], "note": bytes(s.note).decode()}
            for log, s in self.logs.items()
        }
        draft = self.path.with_name(self.path.name + f".{os.getpid()}.tmp")
        with draft.open("wb") as file:
            value = {"logs": logs, "forks": self.forks, "rule_since": self.rule_since}
            file.write(orjson.dumps(value, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


def _seen(raw: dict[str, Any]) -> SeenLog:
    seen = SeenLog([Verifier.parse(vkey) for vkey in raw["vkeys"]], Note.parse(raw["note"].encode()))
    Checkpoint.parse(seen.note.text)
    return seen
