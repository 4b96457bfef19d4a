"""Polling of the stores: small queries that cost the same however many accounts wait, unless something changed."""

from __future__ import annotations

from collections.abc import Collection

from mydata_ledger.ledger.kernel.decisions.release import Releases
from mydata_ledger.ledger.kernel.live.changes import ListChange
from mydata_ledger.ledger.kernel.live.consents import ConsentWatch
from mydata_ledger.ledger.kernel.live.items import ItemWatch
from mydata_ledger.ledger.kernel.live.parties import PartyWatch
from mydata_ledger.ledger.kernel.live.receipts import ReceiptWatch
from mydata_ledger.ledger.kernel.world import World


class ChangeWatch:
    """What changed since the last poll, or since this object was made. Used by one thread at a time."""

    def __init__(self, world: World, releases: Releases) -> None:
        receipts = ReceiptWatch(world, releases.names_asker)
        self._watches = (ConsentWatch(world), receipts, ItemWatch(world), PartyWatch(world))
        self._found: set[ListChange] = set()

    def poll(self, signers: Collection[bytes]) -> set[ListChange]:
        """The changes for these signers; there may be some for others too.

        Raises SourceUnavailable; the next poll then finds what this one did not give.
        """
        for watch in self._watches:
            self._found |= watch.poll(signers)
        found, self._found = self._found, set()
        return found


class LiveUpdates:
    """Watches of the stores, one for each process with open streams."""

    def __init__(self, world: World, releases: Releases) -> None:
        self._world, self._releases = world, releases

    def watch(self) -> ChangeWatch:
        """A watch that begins now. Raises SourceUnavailable."""
        return ChangeWatch(self._world, self._releases)
