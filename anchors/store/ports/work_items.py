"""The WorkItems port over a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db.prepared import ListQuery, chunks
from mydata_ledger.anchors.store.rows.work_items import WorkItemRows
from mydata_ledger.anchors.store.schema import WORK_ITEMS
from mydata_ledger.ledger.work_item import WorkItem

MOST_CHANGED = 10_000
"""Work items that one poll for changes reads, the newest first."""
SIDES = ListQuery(
    select(WORK_ITEMS.c.kind, WORK_ITEMS.c.id, WORK_ITEMS.c.person, WORK_ITEMS.c.party)
    .where(WORK_ITEMS.c.due >= bindparam("since"))
    .order_by(WORK_ITEMS.c.due.desc())
    .limit(bindparam("most")),
    kinds=WORK_ITEMS.c.kind,
    states=WORK_ITEMS.c.state,
)


class WorkItemStore:
    """Stores work items, which are mutable and not in the logs. Their bodies are sealed."""

    def __init__(self, database: Database, rows: WorkItemRows) -> None:
        self._database, self._rows = database, rows

    def check_key(self) -> None:
        """Raise SourceUnavailable if the items of the database were sealed under another key."""
        self._work_items(select(WORK_ITEMS).limit(1))

    def file(self, work_item: WorkItem) -> WorkItem | None:
        """Store the next version of a work item; None if it was changed since it was read."""
        next_version = replace(work_item, version=work_item.version + 1)
        row = self._rows.row_of(next_version)
        return next_version if self._database.write_uncounted(lambda connection: _save(connection, row)) else None

    def file_many(self, items: Sequence[WorkItem]) -> list[WorkItem | None]:
        """`file` for several items, in one transaction."""
        versions = [replace(item, version=item.version + 1) for item in items]
        rows = list(map(self._rows.row_of, versions))
        saved = self._database.write_uncounted(lambda connection: [_save(connection, row) for row in rows])
        return [version if is_saved else None for version, is_saved in zip(versions, saved, strict=True)]

    def discard(self, kind: str, item_id: bytes) -> None:
        """Delete a work item."""
        deletion = WORK_ITEMS.delete().where(self._has_key(kind, item_id))
        self._database.write_uncounted(lambda connection: connection.execute(deletion))

    def item(self, kind: str, item_id: bytes) -> WorkItem | None:
        """One work item; None if there is none."""
        return next(iter(self._work_items(select(WORK_ITEMS).where(self._has_key(kind, item_id)))), None)

    def items_named(self, kind: str, ids: Sequence[bytes]) -> list[WorkItem]:
        """Those of the work items with these ids that exist."""
        return self._items_stored(kind, [self._rows.seal.stored_id(kind, item_id) for item_id in ids])

    def items(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[WorkItem]:
        """Work items of a kind, in the order of their ids, above `after`."""
        query = (
            select(WORK_ITEMS)
            .where(WORK_ITEMS.c.kind == kind, WORK_ITEMS.c.id > self._rows.seal.stored_id(kind, after))
            .order_by(WORK_ITEMS.c.id)
            .limit(limit)
        )
        if person is not None:
            query = query.where(WORK_ITEMS.c.person == self._rows.seal.key(person))
        if party is not None:
            query = query.where(WORK_ITEMS.c.party == self._rows.seal.key(party))
        return [
            item for item in self._work_items(query) if person in {None, item.person} and party in {None, item.party}
        ]

    def changed_since(
        self, kinds: Collection[str], states: Collection[str], since: int, names: Collection[bytes | str]
    ) -> list[WorkItem]:
        """Work items of these kinds and states, due at `since` or later, that name one of `names`. Those that name
        nobody of them are not opened.
        """
        with self._database.snapshot() as driver:
            sides = SIDES.all(driver, {"since": since, "most": MOST_CHANGED}, kinds=kinds, states=states)
        keys = {self._rows.seal.key(name) for name in names} if sides else set()
        found = [row for row in sides if row.person in keys or row.party in keys]
        by_kind = {kind: [bytes(row.id) for row in found if row.kind == kind] for kind in kinds}
        items = [item for kind, ids in by_kind.items() for item in self._items_stored(kind, ids)]
        return [item for item in items if item.person in names or item.party in names]

    def due(self, kind: str, state: str, at_time: int, limit: int = 100, since: int = 0) -> list[WorkItem]:
        """Work items that are due at a time (UTC seconds) and after `since`, the longest overdue first."""
        is_due = and_(
            WORK_ITEMS.c.kind == kind,
            WORK_ITEMS.c.state == state,
            WORK_ITEMS.c.due > since,
            WORK_ITEMS.c.due <= at_time,
        )
        return self._work_items(
            select(WORK_ITEMS).where(is_due).order_by(WORK_ITEMS.c.due, WORK_ITEMS.c.id).limit(limit)
        )

    def _items_stored(self, kind: str, stored_ids: Iterable[bytes]) -> list[WorkItem]:
        named = select(WORK_ITEMS).where(WORK_ITEMS.c.kind == kind)
        found = (self._work_items(named.where(WORK_ITEMS.c.id.in_(chunk))) for chunk in chunks(stored_ids))
        return list(chain.from_iterable(found))

    def _work_items(self, query: Select[Any]) -> list[WorkItem]:
        with self._database.session() as connection:
            rows = connection.execute(query).all()
        return [self._rows.work_item_of(row) for row in rows]

    def _has_key(self, kind: str, item_id: bytes) -> Any:
        return _is_row(kind, self._rows.seal.stored_id(kind, item_id))


def _is_row(kind: str, stored_id: bytes) -> Any:
    return and_(WORK_ITEMS.c.kind == kind, WORK_ITEMS.c.id == stored_id)


def _save(connection: Connection, row: dict[str, Any]) -> bool:
    """Write this version. False if the stored version is not the one before."""
    is_row = _is_row(row["kind"], row["id"])
    if row["version"] > 1:
        version_before = and_(is_row, WORK_ITEMS.c.version == row["version"] - 1)
        return bool(connection.execute(WORK_ITEMS.update().where(version_before).values(row)).rowcount)
    if connection.execute(select(func.count()).select_from(WORK_ITEMS).where(is_row)).scalar():
        return False
    connection.execute(WORK_ITEMS.insert().values(row))
    return True
