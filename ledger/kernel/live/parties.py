"""Changes of the directory: a party was added, changed or removed."""

from __future__ import annotations

from collections.abc import Collection

from mydata_ledger.ledger.kernel.live.changes import ChangedList, ListChange, account_of
from mydata_ledger.ledger.kernel.world import World

AT_ONCE = 500


class PartyWatch:
    """Reads the history of the directory."""

    def __init__(self, world: World) -> None:
        self._past = world.past
        self._number = world.past.newest()

    def poll(self, _: Collection[bytes]) -> set[ListChange]:
        """The changes since the last poll. Raises SourceUnavailable."""
        changed = self._past.parties_changed_since(self._number, AT_ONCE)
        self._number = changed[-1][0] if changed else self._number
        return {(account_of(account), ChangedList.SESSION) for _, account in changed}
