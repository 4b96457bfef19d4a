"""The port for work items, which are stored beside the logs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from mydata_ledger.ledger.work_item import WorkItem


class WorkItems(Protocol):
    """Mutable work items beside the logs; each change is durable when the call returns."""

    def file(self, item: WorkItem) -> WorkItem | None:
        """Store the item as its next version. Returns None, without a change, if somebody else changed it since
        `item.version` was read (0 = must be new).
        """
        ...

    def file_many(self, items: Sequence[WorkItem]) -> list[WorkItem | None]:
        """`file` for several items, durable together: each is stored or not by itself, in order."""
        ...

    def discard(self, kind: str, item_id: bytes) -> None:
        """Delete a work item."""
        ...

    def item(self, kind: str, item_id: bytes) -> WorkItem | None:
        """One work item."""
        ...

    def items_named(self, kind: str, ids: Sequence[bytes]) -> list[WorkItem]:
        """Those of the work items with these ids that exist, in any order."""
        ...

    def items(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[WorkItem]:
        """Work items of a kind, about that person and with that party if given, by id above `after`."""
        ...

    def changed_since(
        self, kinds: Collection[str], states: Collection[str], since: int, names: Collection[bytes | str]
    ) -> list[WorkItem]:
        """Work items of these kinds and states that are due at `since` or later, and whose person or party is one of
        `names` (signer bytes, or the name of a party or recipient), in any order.
        """
        ...

    def due(self, kind: str, state: str, at_time: int, limit: int = 100, since: int = 0) -> list[WorkItem]:
        """Work items in a state that were due at `at_time` or before, and after `since`, the longest overdue first."""
        ...
