"""Transfers that people ask of data holders: a consent names the holder by `from:`, and the holder is notified of it,
and of its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import NEVER, Consent, Grant
from mydata_ledger.ledger.kernel.people.inbox import AT_ONCE, Inbox
from mydata_ledger.ledger.kernel.work_items import TRANSFER, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement
from mydata_ledger.ledger.transfer import asked_of, holders_in
from mydata_ledger.ledger.work_item import WorkItem

LIVE, OVER = "live", "over"


@dataclass(frozen=True, slots=True)
class AskedTransfer:
    """One grant that asks a holder to send data, with the state of its consent; `item_id` is that of its consent and
    holder, which pages of a list continue after.
    """

    item_id: bytes
    state: ConsentState
    grant: Grant


class AskedTransfers:
    """A work item for each consent and holder; what is listed follows from the consents as they stand."""

    def __init__(self, world: World, inbox: Inbox) -> None:
        self._world, self._inbox = world, inbox

    def follow(self, logged: LoggedStatement, consent: Consent) -> None:
        """Notify each holder that the consent names, and each that the version before named and this one does not."""
        entry, at_time, holders = logged.signed.entry.entry, logged.accepted_at, holders_in(consent, logged.accepted_at)
        for holder in holders:
            ends = max(grant.expires for grant in consent.grants if holder in asked_of(grant))
            due, body = ends if ends < NEVER else 0, {"consent": entry.hex(), "ends": ends}
            self._world.work_items.file(
                WorkItem(TRANSFER, _id(entry, holder), consent.data_subject, holder, LIVE, due, body)
            )
            self._inbox.notify(Message(holder, Event.TRANSFER_ASKED, "0x" + entry.hex(), at_time, {}))
        for item in self._items(consent.previous):
            if item.party not in holders:
                self._notify_of_end(item, at_time)
            self._world.work_items.discard(TRANSFER, item.id)

    def end(self, entry: bytes, at_time: int) -> None:
        """Notify the holders that a consent named that it ended at `at_time` (UTC seconds)."""
        for item in self._items(entry):
            self._notify_of_end(item, at_time)
            self._world.work_items.discard(TRANSFER, item.id)

    def end_due(self) -> None:
        """Notify the holders whose transfers ended by their date."""
        for item in self._world.work_items.due(TRANSFER, LIVE, self._world.clock.now(), AT_ONCE):
            self._notify_of_end(item, item.due)
            self._world.work_items.file(replace(item, state=OVER, due=0))

    def of(self, holder: str, after: bytes = b"", limit: int = AT_ONCE) -> list[AskedTransfer]:
        """The grants that ask the holder now, of the first `limit` consents with any beyond `after`."""
        found: list[AskedTransfer] = []
        for item in every(self._world.work_items, TRANSFER, party=holder, after=after):
            found += self._live(item)
            if len({one.item_id for one in found}) >= limit:
                break
        return found

    def _live(self, item: WorkItem) -> list[AskedTransfer]:
        now = self._world.clock.now()
        if item.body["ends"] <= now:
            return []
        state = self._world.index.consent(bytes.fromhex(item.body["consent"]))
        grants = state.consent.grants if state and state.stands else ()
        asking = [grant for grant in grants if grant.expires > now and item.party in asked_of(grant)]
        return [AskedTransfer(item.id, state, grant) for grant in asking if state]

    def _items(self, entry: bytes) -> Iterator[WorkItem]:
        """The work items of a consent: one for each holder that any of its grants ever named."""
        logged = self._world.log.find(CONSENTS, entry) if any(entry) else None
        consent = logged.signed.statement if logged else None
        for holder in sorted(holders_in(consent, 0)) if isinstance(consent, Consent) else ():
            if item := self._world.work_items.item(TRANSFER, _id(entry, holder)):
                yield item

    def _notify_of_end(self, item: WorkItem, at_time: int) -> None:
        if item.state == LIVE:
            subject = "0x" + str(item.body["consent"])
            self._inbox.notify(Message(item.party, Event.TRANSFER_ENDED, subject, at_time, {}))


def _id(entry: bytes, holder: str) -> bytes:
    return sha256(entry + holder.encode()).digest()
