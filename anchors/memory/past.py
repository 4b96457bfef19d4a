"""The Past port over lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mydata_ledger.anchors.memory.state import State
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.ports import AnchoredSize


class MemoryPast:
    """Everything that was ever so, with the second since when."""

    def __init__(self, state: State) -> None:
        self._state = state

    def _said(self, kind: str, subject: object, at: int) -> Any:
        told = [said for since, said in self._state.past.get((kind, subject), []) if since <= at]
        return told[-1] if told else None

    def sizes_at(self, log: str, at: int) -> AnchoredSize | None:
        """What was anchored of a log; None before the first time."""
        found = self._said("head", log, at)
        return found if isinstance(found, AnchoredSize) else None

    def reached(self, log: str, size: int) -> int | None:
        """The first second at which the chain held that many."""
        return next((since for since, said in self._state.past.get(("head", log), []) if said.size >= size), None)

    def party_at(self, account: str, at: int) -> Party | None:
        """Who the directory had under that address."""
        directory = self._said("parties", "", at) or {}
        return directory.get(account)

    def outdated_at(self, at: int) -> frozenset[bytes]:
        """The hashes of the notices that no longer stood."""
        told = [subject for kind, subject in self._state.past if kind == "notice" and isinstance(subject, bytes)]
        return frozenset(digest for digest in told if self._said("notice", digest, at))

    def revealed_since(self, number: int, limit: int) -> list[tuple[int, bytes]]:
        """Entries that the chain was found to have ended, each with its number, in order, above `number`."""
        known = ((n, subject) for n, (kind, subject) in enumerate(self._state.past, start=1) if kind == "reveal")
        found = [(n, subject) for n, subject in known if n > number and isinstance(subject, bytes)]
        return found[:limit]

    def revealed_at(self, entries: Iterable[bytes], at: int) -> frozenset[bytes]:
        """Those that the chain was known to have ended."""
        return frozenset(entry for entry in entries if self._said("reveal", entry, at))
