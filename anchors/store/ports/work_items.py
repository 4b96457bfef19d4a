"""The WorkItems port over a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.rows import work_items
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.schema import WORK_ITEMS
from mydata_ledger.ledger.work_item import WorkItem


class WorkItemStore:
    """Stores work items, which are mutable and not in the logs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def file(self, work_item: WorkItem) -> WorkItem | None:
        """Store the next version of a work item; None if it was changed since it was read."""
        next_version = replace(work_item, version=work_item.version + 1)
        return (
            next_version if self._database.write_uncounted(lambda connection: _save(connection, next_version)) else None
        )

    def discard(self, kind: str, item_id: bytes) -> None:
        """Delete a work item."""
        deletion = WORK_ITEMS.delete().where(_has_key(kind, item_id))
        self._database.write_uncounted(lambda connection: connection.execute(deletion))

    def item(self, kind: str, item_id: bytes) -> WorkItem | None:
        """One work item; None if there is none."""
        return next(iter(self._work_items(select(WORK_ITEMS).where(_has_key(kind, item_id)))), None)

    def items(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[WorkItem]:
        """Work items of a kind, in the order of their ids, above `after`."""
        query = (
            select(WORK_ITEMS)
            .where(WORK_ITEMS.c.kind == kind, WORK_ITEMS.c.id > after)
            .order_by(WORK_ITEMS.c.id)
            .limit(limit)
        )
        if person is not None:
            query = query.where(WORK_ITEMS.c.person == key(person))
        if party is not None:
            query = query.where(WORK_ITEMS.c.party == key(party))
        return [
            item for item in self._work_items(query) if person in {None, item.person} and party in {None, item.party}
        ]

    def due(self, kind: str, state: str, at_time: int, limit: int = 100) -> list[WorkItem]:
        """Work items that are due at a time (UTC seconds), the longest overdue first."""
        is_due = and_(
            WORK_ITEMS.c.kind == kind, WORK_ITEMS.c.state == state, WORK_ITEMS.c.due > 0, WORK_ITEMS.c.due <= at_time
        )
        return self._work_items(
            select(WORK_ITEMS).where(is_due).order_by(WORK_ITEMS.c.due, WORK_ITEMS.c.id).limit(limit)
        )

    def _work_items(self, query: Select[Any]) -> list[WorkItem]:
        with self._database.session() as connection:
            return [work_items.work_item_of(row) for row in connection.execute(query)]


def _has_key(kind: str, item_id: bytes) -> Any:
    return and_(WORK_ITEMS.c.kind == kind, WORK_ITEMS.c.id == item_id)


def _save(connection: Connection, work_item: WorkItem) -> bool:
    """Write this version. False if the stored version is not the one before."""
    row = work_items.row_of(work_item)
    if work_item.version > 1:
        version_before = and_(_has_key(work_item.kind, work_item.id), WORK_ITEMS.c.version == work_item.version - 1)
        return bool(connection.execute(WORK_ITEMS.update().where(version_before).values(row)).rowcount)
    count = select(func.count()).select_from(WORK_ITEMS).where(_has_key(work_item.kind, work_item.id))
    if connection.execute(count).scalar():
        return False
    connection.execute(WORK_ITEMS.insert().values(row))
    return True
