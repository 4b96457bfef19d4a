"""Changes by the access log: receipts and incidents about a person, and those of a party's questions that it sees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from mydata_ledger.ledger.kernel.live.changes import ChangedList, ListChange, account_of
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement

AT_ONCE = 20_000
"""Receipts that one poll reads, by their keys alone; the next poll reads the rest."""


class ReceiptWatch:
    """Reads what was indexed since the last poll. `names_asker` tells if a receipt may be shown to its requester."""

    def __init__(self, world: World, names_asker: Callable[[LoggedStatement], bool]) -> None:
        self._world, self._names_asker = world, names_asker
        self._position = world.log.head(ACCESS).size - 1

    def poll(self, signers: Collection[bytes]) -> set[ListChange]:
        """The changes since the last poll for these signers. Raises SourceUnavailable."""
        position, found = self._world.index.receipts_naming(signers, self._position, AT_ONCE)
        changes = {change for logged in found for change in self._changes(logged)}
        self._position = position
        return changes

    def _changes(self, logged: LoggedStatement) -> Iterator[ListChange]:
        statement = logged.signed.statement
        if person := getattr(statement, "data_subject", b""):
            yield account_of(person), ChangedList.TIMELINE
        if isinstance(statement, AccessReceipt) and self._is_seen_by_requester(logged, statement):
            yield account_of(statement.requester), ChangedList.TIMELINE

    def _is_seen_by_requester(self, logged: LoggedStatement, receipt: AccessReceipt) -> bool:
        """True for a party's receipt that its own list has. Others would tell what a question met."""
        is_party = receipt.permitted and self._world.directory.party(receipt.requester) is not None
        return is_party and self._names_asker(logged)
