"""The WorkItems port over a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.rows import work_items
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.schema import PAPERS
from mydata_ledger.ledger.work_item import WorkItem


class WorkItemStore:
    """What is being worked on beside the logs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def file(self, paper: WorkItem) -> WorkItem | None:
        """The next version, or None when it was changed since."""
        kept = replace(paper, version=paper.version + 1)
        return kept if self._database.write_uncounted(lambda connection: _keep(connection, kept)) else None

    def discard(self, kind: str, paper_id: bytes) -> None:
        """Forget a paper."""
        gone = PAPERS.delete().where(_is(kind, paper_id))
        self._database.write_uncounted(lambda connection: connection.execute(gone))

    def item(self, kind: str, paper_id: bytes) -> WorkItem | None:
        """One paper."""
        return next(iter(self._papers(select(PAPERS).where(_is(kind, paper_id)))), None)

    def items(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[WorkItem]:
        """Papers of a kind by id above `after`."""
        query = select(PAPERS).where(PAPERS.c.kind == kind, PAPERS.c.id > after).order_by(PAPERS.c.id).limit(limit)
        if person is not None:
            query = query.where(PAPERS.c.person == key(person))
        if party is not None:
            query = query.where(PAPERS.c.party == key(party))
        return [p for p in self._papers(query) if person in {None, p.person} and party in {None, p.party}]

    def due(self, kind: str, state: str, at: int, limit: int = 100) -> list[WorkItem]:
        """Papers that were due, the longest overdue first."""
        waiting = and_(PAPERS.c.kind == kind, PAPERS.c.state == state, PAPERS.c.due > 0, PAPERS.c.due <= at)
        return self._papers(select(PAPERS).where(waiting).order_by(PAPERS.c.due, PAPERS.c.id).limit(limit))

    def _papers(self, query: Select[Any]) -> list[WorkItem]:
        with self._database.session() as connection:
            return [work_items.work_item_of(row) for row in connection.execute(query)]


def _is(kind: str, paper_id: bytes) -> Any:
    return and_(PAPERS.c.kind == kind, PAPERS.c.id == paper_id)


def _keep(connection: Connection, paper: WorkItem) -> bool:
    """Whether the row was the version before, and is this one now."""
    row = work_items.row_of(paper)
    if paper.version > 1:
        same = and_(_is(paper.kind, paper.id), PAPERS.c.version == paper.version - 1)
        return bool(connection.execute(PAPERS.update().where(same).values(row)).rowcount)
    count = select(func.count()).select_from(PAPERS).where(_is(paper.kind, paper.id))
    if connection.execute(count).scalar():
        return False
    connection.execute(PAPERS.insert().values(row))
    return True
