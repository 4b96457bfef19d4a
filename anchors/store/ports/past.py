"""The Past port over a database: one row for each change, with the second from which it is valid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, func, select

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db.prepared import Driver, PreparedQuery, chunks
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.rows.past import HEAD, NOTICE, OUTDATED, PARTY, REVEAL, sizes_of
from mydata_ledger.anchors.store.schema import PAST
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.ports import AnchoredSize, HeadChange

HEAD_BEFORE = PreparedQuery(
    select(PAST.c.number, PAST.c.at, PAST.c.body)
    .where(PAST.c.kind == HEAD, PAST.c.subject == bindparam("log"))
    .where(PAST.c.at <= bindparam("latest"), PAST.c.number < bindparam("below"))
    .order_by(PAST.c.at.desc(), PAST.c.number.desc())
    .limit(1)
)
"""The newest head that was read at `latest` (UTC seconds) or earlier, with a number below `below`."""
LATEST = 2**62

NEWEST = PreparedQuery(select(func.max(PAST.c.number).label("number")))
CHANGED = PreparedQuery(
    select(PAST.c.number, PAST.c.subject)
    .where(PAST.c.kind.concat("") == bindparam("kind"), PAST.c.number > bindparam("number"))
    .order_by(PAST.c.number)
    .limit(bindparam("most"))
)
"""By the primary key: the index by kind would read the whole history of a kind each time."""


class PastStore:
    """Reads the history of anchored heads, parties, notices and reveals."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sizes_at(self, log: str, at_time: int) -> AnchoredSize | None:
        """The anchored size and block of a log at a time (UTC seconds); None before the history begins."""
        body = self._value_at(HEAD, log.encode(), at_time)
        return sizes_of(body) if body else None

    def head_changes(self, log: str, below: int, step: int, limit: int) -> list[HeadChange]:
        """Changes of the head of a log with numbers below `below`, newest first, at least `step` seconds apart."""
        changes: list[HeadChange] = []
        latest = LATEST
        with self._database.snapshot() as driver:
            while len(changes) < limit and (row := _head_before(driver, log, latest, below)):
                sizes, earlier = sizes_of(row.body), _head_before(driver, log, row.at, row.number)
                before = sizes_of(earlier.body).size if earlier else 0
                changes.append(HeadChange(row.number, row.at, sizes.size, sizes.block, before))
                latest, below = row.at - step, row.number
        return changes

    def reached(self, log: str, size: int) -> int | None:
        """The first second at which the chain held `size` statements of the log; None if it never did."""
        floor = size.to_bytes(8, "big")
        query = select(PAST.c.at).where(PAST.c.kind == HEAD, PAST.c.subject == log.encode(), PAST.c.body >= floor)
        with self._database.session() as connection:
            return connection.execute(query.order_by(PAST.c.number).limit(1)).scalar()

    def party_at(self, account: str, at_time: int) -> Party | None:
        """The party with that EIP-55 address at a time (UTC seconds); None if there was none."""
        body = self._value_at(PARTY, account.encode(), at_time)
        return facts.read_party(body) if body else None

    def party_since(self, account: str) -> int | None:
        """The second (UTC) since which the directory has had that account without a break; None if it has not."""
        query = select(PAST.c.at, PAST.c.body).where(PAST.c.kind == PARTY, PAST.c.subject == account.encode())
        since: int | None = None
        with self._database.session() as connection:
            for row in connection.execute(query.order_by(PAST.c.number.desc())):
                if row.body is None:
                    break
                since = int(row.at)
        return since

    def outdated_at(self, at_time: int) -> frozenset[bytes]:
        """The digests of the notices that were outdated at a time (UTC seconds)."""
        query = select(PAST.c.subject, PAST.c.body).where(PAST.c.kind == NOTICE, PAST.c.at <= at_time)
        with self._database.session() as connection:
            states = {row.subject: row.body for row in connection.execute(query.order_by(PAST.c.number))}
        return frozenset(bytes(digest) for digest, body in states.items() if body == OUTDATED)

    def newest(self) -> int:
        """The number of the newest change; 0 before the first."""
        with self._database.autocommit() as driver:
            return NEWEST.all(driver, {})[0].number or 0

    def parties_changed_since(self, number: int, limit: int) -> list[tuple[int, str]]:
        """EIP-55 addresses of parties that changed, each with its number, in order, above `number`."""
        return [(at_number, subject.decode()) for at_number, subject in self._changed(PARTY, number, limit)]

    def revealed_since(self, number: int, limit: int) -> list[tuple[int, bytes]]:
        """Entries that were revoked on chain, each with its number, in order, above `number`."""
        return self._changed(REVEAL, number, limit)

    def revealed_at(self, entries: Iterable[bytes], at_time: int) -> frozenset[bytes]:
        """The given entries that were known as revoked on chain at a time (UTC seconds)."""
        revealed: set[bytes] = set()
        query = select(PAST.c.subject).where(PAST.c.kind == REVEAL, PAST.c.at <= at_time)
        with self._database.session() as connection:
            for chunk in chunks(entries):
                revealed |= set(map(bytes, connection.execute(query.where(PAST.c.subject.in_(chunk))).scalars()))
        return frozenset(revealed)

    def _changed(self, kind: str, number: int, limit: int) -> list[tuple[int, bytes]]:
        with self._database.autocommit() as driver:
            rows = CHANGED.all(driver, {"kind": kind, "number": number, "most": limit})
        return [(int(row.number), bytes(row.subject)) for row in rows]

    def _value_at(self, kind: str, subject: bytes, at_time: int) -> bytes | None:
        query = select(PAST.c.body).where(PAST.c.kind == kind, PAST.c.subject == subject, PAST.c.at <= at_time)
        with self._database.session() as connection:
            return connection.execute(query.order_by(PAST.c.at.desc(), PAST.c.number.desc()).limit(1)).scalar()


def _head_before(driver: Driver, log: str, latest: int, below: int) -> Any:
    """The row of HEAD_BEFORE; None if there is none."""
    rows = HEAD_BEFORE.all(driver, {"log": log.encode(), "latest": latest, "below": below})
    return rows[0] if rows else None
