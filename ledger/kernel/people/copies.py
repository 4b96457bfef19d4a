"""Copies that readers have of what a consent released: they are reminded to delete them, and may say that they did."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel.consents.endings import Endings
from mydata_ledger.ledger.kernel.people.inbox import AT_ONCE, Inbox
from mydata_ledger.ledger.kernel.work_items import COPY, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message
from mydata_ledger.ledger.work_item import WorkItem

HELD, STATED = "held", "stated"
MOST_RECORDS = 500
"""Records that are named to a reader for one deadline."""


@dataclass(frozen=True, slots=True)
class ReaderCopies:
    """What a reader was handed under one consent and must delete by `until` (UTC seconds): the first MOST_RECORDS
    record ids. `stated_at` is when the reader stated that it is deleted, 0 before. `deadline` is the id of the
    deadline.
    """

    item_id: bytes
    deadline: bytes
    reader: str
    until: int
    records: tuple[bytes, ...]
    stated_at: int


class Copies:
    """A work item for each deadline and reader."""

    def __init__(self, world: World, endings: Endings, inbox: Inbox) -> None:
        self._world, self._endings, self._inbox = world, endings, inbox

    def remind(self, deadline: WorkItem, event: Event, at_time: int) -> None:
        """Remind everybody who was handed a key under the consent, except who stated that the copies are deleted."""
        entry, records = bytes.fromhex(deadline.body["consent"]), defaultdict[str, list[str]](list)
        for released in self._endings.released_keys(deadline.person, entry):
            records[released.holder].append(released.reference)
        for reader, ids in records.items():
            if self._filed(deadline, reader, ids[:MOST_RECORDS]).state == HELD:
                self._inbox.notify(Message(reader, event, "0x" + _id(deadline.id, reader).hex(), at_time, {}))

    def _filed(self, deadline: WorkItem, reader: str, records: list[str]) -> WorkItem:
        """The item of a reader with these records. More records since a statement make the statement void."""
        item_id = _id(deadline.id, reader)
        body = {"deadline": deadline.id.hex(), "until": deadline.body["until"], "records": records, "stated_at": 0}
        found = self._world.work_items.item(COPY, item_id)
        if found and found.body["records"] == records:
            return found
        version = found.version if found else 0
        item = WorkItem(COPY, item_id, deadline.person, reader, HELD, 0, body, version)
        self._world.work_items.file(item)
        return item

    def state_deleted(self, reader: str, item_id: bytes) -> ReaderCopies:
        """Note that the reader states that its copies are deleted; repeating it keeps the first time. Raises NotFound
        for copies that are not the reader's.
        """
        item = self._world.work_items.item(COPY, item_id)
        if item is None or item.party != reader:
            raise NotFound
        if item.state == HELD:
            body = {**item.body, "stated_at": self._world.clock.now()}
            self._world.work_items.file(replace(item, state=STATED, body=body))
        return _copies(self._world.work_items.item(COPY, item_id) or item)

    def of_reader(self, reader: str, after: bytes = b"") -> list[ReaderCopies]:
        """The copies of a reader, by id above `after`."""
        return [_copies(item) for item in self._world.work_items.items(COPY, party=reader, after=after, limit=AT_ONCE)]

    def of_person(self, person: bytes) -> list[ReaderCopies]:
        """The copies that readers have of a person's records, as far as deadlines were reached."""
        return [_copies(item) for item in every(self._world.work_items, COPY, person=person)]


def _id(deadline: bytes, reader: str) -> bytes:
    return sha256(deadline + reader.encode()).digest()


def _copies(item: WorkItem) -> ReaderCopies:
    body = item.body
    records = tuple(bytes.fromhex(record[2:]) for record in body["records"])
    return ReaderCopies(item.id, bytes.fromhex(body["deadline"]), item.party, body["until"], records, body["stated_at"])
