"""Derived records as work items: the present one of each person and kind, and the sources of earlier ones."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mydata_ledger.ledger.derived import DerivedKind, DerivedRecord, Source
from mydata_ledger.ledger.kernel.work_items import DERIVED_RECORD, DERIVED_SOURCES, PAGE, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

PLANNED, LIVE = "planned", "live"
HASH, NUMBER = 32, 2
Remains = tuple[bytes, str]
"""Id and CID of a derived record whose key and payload must be destroyed; the CID is empty without a payload."""


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A derived record with its work item. A planned one has no payload yet, and `remains` are what it replaces."""

    record: DerivedRecord
    item: WorkItem
    remains: tuple[Remains, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether its key and payload are there."""
        return self.item.state == LIVE


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record to write, in place of what was read before; without a CID it is only planned."""

    record: DerivedRecord
    before: HeldRecord | None
    remains: tuple[Remains, ...] = ()


class HeldRecords:
    """Reads and writes the work items; destroys nothing."""

    def __init__(self, world: World) -> None:
        self._items = world.work_items

    def of(self, kind: DerivedKind, persons: Sequence[bytes]) -> dict[bytes, HeldRecord]:
        """The present derived record of each person who has one."""
        items = self._items.items_named(DERIVED_RECORD, [_name(kind.name, person) for person in persons])
        return {item.person: _held(item) for item in items}

    def of_person(self, person: bytes) -> list[HeldRecord]:
        """The present derived records of a person, of every kind."""
        return [_held(item) for item in every(self._items, DERIVED_RECORD, person=person)]

    def page(self, after: bytes, limit: int) -> tuple[list[HeldRecord], bytes]:
        """Present derived records of anybody after a place, and the place of the next page; empty after the last."""
        items = self._items.items(DERIVED_RECORD, after=after, limit=limit)
        return [_held(item) for item in items], items[-1].id if len(items) == limit else b""

    def write(self, changes: Sequence[RecordChange]) -> list[HeldRecord | None]:
        """Write records, together; None for one that somebody changed since it was read."""
        items = self._items.file_many([_item_of(change) for change in changes]) if changes else []
        return [
            HeldRecord(change.record, item, change.remains) if item else None
            for change, item in zip(changes, items, strict=True)
        ]

    def archive(self, records: Sequence[DerivedRecord]) -> None:
        """Keep the sources of records that are gone."""
        gone = [replace(record, cid="") for record in records]
        if gone:
            self._items.file_many([WorkItem(DERIVED_SOURCES, r.id, r.data_subject, body=body_of(r)) for r in gone])

    def gone(self) -> Iterator[list[bytes]]:
        """The ids of all records that are gone, in pages."""
        after = b""
        while page := self._items.items(DERIVED_SOURCES, after=after, limit=PAGE):
            yield [item.id for item in page]
            after = page[-1].id

    def discard(self, held: HeldRecord) -> None:
        """Delete the work item of a record."""
        self._items.discard(DERIVED_RECORD, held.item.id)

    def versions(self, person: bytes, after: bytes = b"", limit: int = 100) -> tuple[list[DerivedRecord], bytes]:
        """Derived records that a person ever had, with their sources, and the place of the next page; empty after the
        last. The present ones are on the first page, beyond its limit.
        """
        present = [] if after else [held.record for held in self.of_person(person) if held.is_live]
        gone = self._items.items(DERIVED_SOURCES, person=person, after=after, limit=limit)
        return [*present, *map(record_of, gone)], gone[-1].id if len(gone) == limit else b""


def body_of(record: DerivedRecord) -> dict[str, Any]:
    """A derived record as the body of a work item; the person is the item's own."""
    categories = sorted({source.category for source in record.sources})
    numbers = {category: number.to_bytes(NUMBER, "big") for number, category in enumerate(categories)}
    packed = b"".join(s.record_id + s.commitment + numbers[s.category] for s in record.sources)
    return {
        "kind": record.kind,
        "salt": record.salt.hex(),
        "considered": record.considered.hex(),
        "opened": record.opened.hex(),
        "cid": record.cid,
        "at": record.built_at,
        "categories": categories,
        "sources": b64encode(packed).decode(),
    }


def record_of(item: WorkItem) -> DerivedRecord:
    """The derived record of a work item."""
    body, salt, considered = item.body, bytes.fromhex(item.body["salt"]), bytes.fromhex(item.body["considered"])
    opened = bytes.fromhex(body.get("opened", ""))
    return DerivedRecord(body["kind"], item.person, salt, _sources(body), considered, body["cid"], body["at"], opened)


def _sources(body: Mapping[str, Any]) -> tuple[Source, ...]:
    packed, categories, size = b64decode(body["sources"]), body["categories"], 2 * HASH + NUMBER
    parts = (packed[start : start + size] for start in range(0, len(packed), size))
    return tuple(
        Source(part[:HASH], categories[int.from_bytes(part[2 * HASH :], "big")], part[HASH : 2 * HASH])
        for part in parts
    )


def _held(item: WorkItem) -> HeldRecord:
    remains = tuple((bytes.fromhex(record_id), cid) for record_id, cid in item.body["remains"])
    return HeldRecord(record_of(item), item, remains)


def _item_of(change: RecordChange) -> WorkItem:
    record, version = change.record, change.before.item.version if change.before else 0
    body = body_of(record) | {"remains": [[record_id.hex(), cid] for record_id, cid in change.remains]}
    name, state = _name(record.kind, record.data_subject), LIVE if record.cid else PLANNED
    return WorkItem(DERIVED_RECORD, name, record.data_subject, "", state, 0, body, version)


def _name(kind: str, person: bytes) -> bytes:
    return kind.encode() + b"\n" + person
