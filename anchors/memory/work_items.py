"""The WorkItems port in a dictionary."""

from __future__ import annotations

from dataclasses import replace

import orjson

from mydata_ledger.ledger.work_item import WorkItem


class MemoryWorkItems:
    """What is being worked on, until the process ends."""

    def __init__(self) -> None:
        self._papers: dict[tuple[str, bytes], WorkItem] = {}

    def file(self, paper: WorkItem) -> WorkItem | None:
        """The next version, or None when it was changed since."""
        present = self._papers.get((paper.kind, paper.id))
        if (present.version if present else 0) != paper.version:
            return None
        kept = replace(paper, version=paper.version + 1, body=orjson.loads(orjson.dumps(paper.body)))
        self._papers[paper.kind, paper.id] = kept
        return kept

    def discard(self, kind: str, paper_id: bytes) -> None:
        """Forget a paper."""
        self._papers.pop((kind, paper_id), None)

    def item(self, kind: str, paper_id: bytes) -> WorkItem | None:
        """One paper."""
        return self._papers.get((kind, paper_id))

    def items(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[WorkItem]:
        """Papers of a kind by id above `after`."""
        found = [p for p in self._papers.values() if p.kind == kind and p.id > after]
        meant = [p for p in found if person in {None, p.person} and party in {None, p.party}]
        return sorted(meant, key=lambda paper: paper.id)[:limit]

    def due(self, kind: str, state: str, at: int, limit: int = 100) -> list[WorkItem]:
        """Papers that were due, the longest overdue first."""
        found = [p for p in self._papers.values() if (p.kind, p.state) == (kind, state) and 0 < p.due <= at]
        return sorted(found, key=lambda paper: (paper.due, paper.id))[:limit]
