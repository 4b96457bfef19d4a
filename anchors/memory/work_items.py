"""The WorkItems port in memory."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import replace

import orjson

from mydata_ledger.ledger.work_item import WorkItem


class MemoryWorkItems:
    """Work items in a dictionary."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, bytes], WorkItem] = {}
        self._lock = threading.RLock()

    def file(self, work_item: WorkItem) -> WorkItem | None:
        """Store the next version of a work item; None if it was changed since it was read."""
        next_version = replace(
            work_item, version=work_item.version + 1, body=orjson.loads(orjson.dumps(work_item.body))
        )
        with self._lock:
            present = self._items.get((work_item.kind, work_item.id))
            if (present.version if present else 0) != work_item.version:
                return None
            self._items[work_item.kind, work_item.id] = next_version
        return next_version

    def file_many(self, items: Sequence[WorkItem]) -> list[WorkItem | None]:
        """`file` for several items."""
        with self._lock:
            return [self.file(item) for item in items]

    def discard(self, kind: str, item_id: bytes) -> None:
        """Delete a work item."""
        self._items.pop((kind, item_id), None)

    def item(self, kind: str, item_id: bytes) -> WorkItem | None:
        """One work item; None if there is none."""
        return self._items.get((kind, item_id))

    def items_named(self, kind: str, ids: Sequence[bytes]) -> list[WorkItem]:
        """Those of the work items with these ids that exist."""
        return [item for item_id in ids if (item := self.item(kind, item_id))]

    def items(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[WorkItem]:
        """Work items of a kind, in the order of their ids, above `after`."""
        candidates = [p for p in self._items.values() if p.kind == kind and p.id > after]
        items = [p for p in candidates if person in {None, p.person} and party in {None, p.party}]
        return sorted(items, key=lambda item: item.id)[:limit]

    def changed_since(
        self, kinds: Collection[str], states: Collection[str], since: int, names: Collection[bytes | str]
    ) -> list[WorkItem]:
        """Work items of these kinds and states, due at `since` or later, that name one of `names`."""
        with self._lock:
            recent = [p for p in self._items.values() if p.kind in kinds and p.state in states and p.due >= since]
        return [p for p in recent if p.person in names or p.party in names]

    def due(self, kind: str, state: str, at_time: int, limit: int = 100, since: int = 0) -> list[WorkItem]:
        """Work items that are due at a time (UTC seconds) and after `since`, the longest overdue first."""
        items = [p for p in self._items.values() if (p.kind, p.state) == (kind, state) and since < p.due <= at_time]
        return sorted(items, key=lambda item: (item.due, item.id))[:limit]
