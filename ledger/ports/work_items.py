"""What is worked on beside the logs."""

from __future__ import annotations

from typing import Protocol

from mydata_ledger.ledger.paper import Paper


class WorkItems(Protocol):
    """What is being worked on beside the logs; each change is durable when the call returns."""

    def file(self, paper: Paper) -> Paper | None:
        """Keep a paper as its next version, or return None, changed nothing, when someone else changed it since
        `paper.version` was read (0 = must be new).
        """
        ...

    def discard(self, kind: str, paper_id: bytes) -> None:
        """Forget a paper."""
        ...

    def paper(self, kind: str, paper_id: bytes) -> Paper | None:
        """One paper."""
        ...

    def papers(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[Paper]:
        """Papers of a kind, about that person and with that party if given, by id above `after`."""
        ...

    def due(self, kind: str, state: str, at: int, limit: int = 100) -> list[Paper]:
        """Papers in a state that were due at `at` or before, the longest overdue first."""
        ...
