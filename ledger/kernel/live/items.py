"""Changes of work items: requests by both sides that see them, and messages."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mydata_ledger.ledger.consent_request import RequestState
from mydata_ledger.ledger.kernel.live.changes import ChangedList, ListChange, account_of
from mydata_ledger.ledger.kernel.people.requests import SEEN_BY_PERSON, SEEN_BY_REQUESTER
from mydata_ledger.ledger.kernel.work_items import MESSAGE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import of_person
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.work_item import WorkItem

KINDS, STATES = frozenset({MESSAGE, *SEEN_BY_PERSON, *SEEN_BY_REQUESTER}), frozenset({"", *map(str, RequestState)})
OVERLAP = 5
"""Seconds that each poll reads again: an item is durable some time after the second that it carries."""


class ItemWatch:
    """Remembers which versions it gave, so that it gives each once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._since = world.clock.now()
        self._given: dict[tuple[str, bytes, int], int] = {}

    def poll(self, signers: Collection[bytes]) -> set[ListChange]:
        """The changes since the last poll for these signers. Raises SourceUnavailable."""
        now, names = self._world.clock.now(), {name for signer in signers for name in _names_of(signer)}
        items = self._world.work_items.changed_since(KINDS, STATES, self._since, names)
        found = {change for item in items if _version(item) not in self._given for change in _changes(item)}
        self._since = max(self._since, now - OVERLAP)
        self._given |= {_version(item): item.due for item in items}
        self._given = {version: due for version, due in self._given.items() if due >= self._since}
        return found


def _names_of(signer: bytes) -> tuple[bytes | str, ...]:
    return signer, requester_name(signer), of_person(signer)


def _version(item: WorkItem) -> tuple[str, bytes, int]:
    return item.kind, item.id, item.version


def _changes(item: WorkItem) -> Iterator[ListChange]:
    """A requester never learns of a request that it does not see."""
    if item.kind == MESSAGE:
        yield account_of(item.party), ChangedList.MESSAGES
    if item.kind in SEEN_BY_PERSON:
        yield account_of(item.person), ChangedList.REQUESTS
    if item.kind in SEEN_BY_REQUESTER:
        yield account_of(item.party), ChangedList.REQUESTS
