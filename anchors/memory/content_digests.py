"""The ContentDigests port in memory."""

from __future__ import annotations

from collections.abc import Collection

from mydata_ledger.anchors.memory.index import MemoryIndex
from mydata_ledger.anchors.memory.state import State
from mydata_ledger.ledger.content_digest import DraftedContent


class MemoryContentDigests:
    """Digests in a dictionary by record id; `index` holds the drafts."""

    def __init__(self, state: State, index: MemoryIndex) -> None:
        self._state, self._index = state, index

    def of_holder(self, digests: Collection[bytes], holder: str) -> list[DraftedContent]:
        """The issued records of one holder with any of these digests."""
        return [each for each in self._issued() if each.holder == holder and set(each.digests) & set(digests)]

    def of_records(self, record_ids: Collection[bytes]) -> list[DraftedContent]:
        """The digests of those of these records that are issued and not erased."""
        return [each for each in self._issued() if each.record_id in set(record_ids)]

    def forget_drafts(self, before: int) -> int:
        """Delete unsigned drafts that were made before a time, with their digests; returns how many."""
        made = self._state.drafted_contents
        old = [
            record_id
            for record_id, (_, drafted_at) in made.items()
            if drafted_at < before and record_id not in self._state.record_logged
        ]
        for record_id in old:
            del made[record_id]
            self._index.forget_draft(record_id)
        return len(old)

    def _issued(self) -> list[DraftedContent]:
        issued = self._state.record_logged.keys() - self._state.erased
        return [each for each, _ in self._state.drafted_contents.values() if each.record_id in issued]
