"""The Papers port over a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.codec import key
from mydata_ledger.anchors.store.schema import PAPERS
from mydata_ledger.anchors.store.sessions import SessionStore
from mydata_ledger.ledger.paper import Paper


class PaperStore(SessionStore):
    """What is being worked on; person and party stand in the index by key and in the body whole."""

    def file(self, paper: Paper) -> Paper | None:
        """The next version, or None when it was changed since."""
        kept = replace(paper, version=paper.version + 1)
        return kept if self._note(lambda connection: _keep(connection, kept)) else None

    def discard(self, kind: str, paper_id: bytes) -> None:
        """Forget a paper."""
        self._note(lambda connection: connection.execute(PAPERS.delete().where(_is(kind, paper_id))))

    def paper(self, kind: str, paper_id: bytes) -> Paper | None:
        """One paper."""
        with self._read() as connection:
            row = connection.execute(select(PAPERS).where(_is(kind, paper_id))).first()
            return _paper(row) if row else None

    def papers(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> list[Paper]:
        """Papers of a kind by id above `after`."""
        query = select(PAPERS).where(PAPERS.c.kind == kind, PAPERS.c.id > after).order_by(PAPERS.c.id).limit(limit)
        if person is not None:
            query = query.where(PAPERS.c.person == key(person))
        if party is not None:
            query = query.where(PAPERS.c.party == key(party))
        return [p for p in self._papers(query) if person in {None, p.person} and party in {None, p.party}]

    def due(self, kind: str, state: str, at: int, limit: int = 100) -> list[Paper]:
        """Papers that were due, the longest overdue first."""
        waiting = and_(PAPERS.c.kind == kind, PAPERS.c.state == state, PAPERS.c.due > 0, PAPERS.c.due <= at)
        return self._papers(select(PAPERS).where(waiting).order_by(PAPERS.c.due, PAPERS.c.id).limit(limit))

    def _papers(self, query: Select[Any]) -> list[Paper]:
        with self._read() as connection:
            return [_paper(row) for row in connection.execute(query)]


def _is(kind: str, paper_id: bytes) -> Any:
    return and_(PAPERS.c.kind == kind, PAPERS.c.id == paper_id)


def _keep(connection: Connection, paper: Paper) -> bool:
    """Whether the row was the version before, and is this one now."""
    row = row_of(paper)
    if paper.version > 1:
        same = and_(_is(paper.kind, paper.id), PAPERS.c.version == paper.version - 1)
        return bool(connection.execute(PAPERS.update().where(same).values(row)).rowcount)
    count = select(func.count()).select_from(PAPERS).where(_is(paper.kind, paper.id))
    if connection.execute(count).scalar():
        return False
    connection.execute(PAPERS.insert().values(row))
    return True


def row_of(paper: Paper) -> dict[str, Any]:
    """The row of a paper."""
    body = {"person": paper.person.hex(), "party": paper.party, "body": paper.body}
    return {
        "kind": paper.kind,
        "id": paper.id,
        "person": key(paper.person),
        "party": key(paper.party),
        "state": paper.state,
        "due": paper.due,
        "version": paper.version,
        "body": orjson.dumps(body),
    }


def _paper(row: Row[Any]) -> Paper:
    raw = orjson.loads(row.body)
    person = bytes.fromhex(raw["person"])
    return Paper(row.kind, row.id, person, raw["party"], row.state, row.due, raw["body"], row.version)
