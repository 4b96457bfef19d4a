"""What is worked on beside the logs."""

from __future__ import annotations

from typing import Protocol

from mydata_ledger.ledger.work_item import WorkItem


class WorkItems(Protocol):
    """What is being worked on beside the logs; each change is durable when the call returns."""

    def file(self, paper: WorkItem) -> WorkItem | None:
        """Keep a paper as its next version, or return None, changed nothing, when someone else changed it since
        `paper.version` was read (0 = must be new).
        """
        ...

    def discard(self, kind: str, paper_id: bytes) -> None:
        """Forget a paper."""
        ...

    def item(self, kind: str, paper_id: bytes) -> WorkItem | None:
        """One paper."""
        ...

    def items(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[WorkItem]:
        """Papers of a kind, about that person and with that party if given, by id above `after`."""
        ...

    def due(self, kind: str, state: str, at: int, limit: int = 100) -> list[WorkItem]:
        """Papers in a state that were due at `at` or before, the longest overdue first."""
        ...
