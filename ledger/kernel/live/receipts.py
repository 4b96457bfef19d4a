"""Changes by the access log: receipts and incidents about a person, and receipts of a party's questions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mydata_ledger.ledger.kernel.live.changes import ChangedList, ListChange, account_of
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, Statement

AT_ONCE = 20_000
"""Receipts that one poll reads, by their keys alone; the next poll reads the rest."""


class ReceiptWatch:
    """Reads what was indexed since the last poll."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._position = world.log.head(ACCESS).size - 1

    def poll(self, signers: Collection[bytes]) -> set[ListChange]:
        """The changes since the last poll for these signers. Raises SourceUnavailable."""
        position, logged = self._world.index.receipts_naming(signers, self._position, AT_ONCE)
        found = {change for each in logged for change in self._changes(each.signed.statement)}
        self._position = position
        return found

    def _changes(self, statement: Statement) -> Iterator[ListChange]:
        """A delegate who polls at a person's pages makes receipts by that; only of a party they are its timeline."""
        if person := getattr(statement, "data_subject", b""):
            yield account_of(person), ChangedList.TIMELINE
        if isinstance(statement, AccessReceipt) and self._world.directory.party(statement.requester):
            yield account_of(statement.requester), ChangedList.TIMELINE
