"""The index of records: by id, person and category; what corrects and what erases them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, ListQuery, PreparedQuery, Reading, chunks
from mydata_ledger.anchors.store.rows.codec import decode, key, keys
from mydata_ledger.anchors.store.schema import RECORDS, STATEMENTS
from mydata_ledger.ledger.receipt import RECORDS as RECORDS_LOG
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Erasure, Issue, Record

LOG = STATEMENTS[RECORDS_LOG]
ISSUED = select(LOG.c.position, LOG.c.kind, LOG.c.body).join(RECORDS, RECORDS.c.position == LOG.c.position)
FOUND = select(LOG.c.position, LOG.c.kind, LOG.c.entry, LOG.c.body, RECORDS.c.superseded_by, RECORDS.c.erased).join(
    RECORDS, RECORDS.c.position == LOG.c.position
)
BY_ID = ListQuery(FOUND, record=RECORDS.c.record)
BY_PERSONS = ListQuery(FOUND.limit(bindparam("most")), person=RECORDS.c.person)
BY_PERSON = PreparedQuery(FOUND.where(RECORDS.c.person == bindparam("person")).order_by(RECORDS.c.position))
ADD = BulkChange(RECORDS.insert())
THERE = RECORDS.c.person == bindparam("who"), RECORDS.c.position == bindparam("where")
CORRECTED = RECORDS.update().where(*THERE).values(superseded_by=bindparam("by"))
ERASED = RECORDS.update().where(*THERE).values(erased=True)


def index(connection: Connection, added: Sequence[LoggedStatement]) -> None:
    """Rows for issues; corrections and erasures mark the record they name."""
    issues = [(each, each.signed.statement) for each in added if isinstance(each.signed.statement, Issue)]
    if issues:
        ADD.run(connection, [_row(each.position, issue) for each, issue in issues])
    corrections = [(each.position, issue) for each, issue in issues if issue.supersedes != bytes(32)]
    _correct(connection, corrections)
    erasures = {each.signed.statement.record_id for each in added if isinstance(each.signed.statement, Erasure)}
    erased = [_place(*each) for each in issued(connection, erasures).values()]
    if erased:
        connection.execute(ERASED, erased)


def _place(position: int, issue: Issue) -> dict[str, Any]:
    return {"who": key(issue.data_subject), "where": position}


def _row(position: int, issue: Issue) -> dict[str, Any]:
    person, witness = keys(issue.data_subject)
    return {
        "person": person,
        "position": position,
        "record": key(issue.record_id),
        "record_id": issue.record_id,
        "witness": witness,
        "category": category_key(issue.category),
        "superseded_by": None,
        "erased": False,
    }


def _correct(connection: Connection, corrections: Sequence[tuple[int, Issue]]) -> None:
    """A record is superseded by its own holder, about the same person, or not at all."""
    named = issued(connection, {issue.supersedes for _, issue in corrections})
    marks = []
    for position, issue in corrections:
        before = named.get(issue.supersedes)
        if before and before[0] < position and _same_source(before[1], issue):
            marks.append(_place(*before) | {"by": issue.record_id})
    if marks:
        connection.execute(CORRECTED, marks)


def _same_source(one: Issue, other: Issue) -> bool:
    return (one.holder, one.data_subject) == (other.holder, other.data_subject)


def issued(connection: Connection, ids: set[bytes]) -> dict[bytes, tuple[int, Issue]]:
    """Position and statement of the issues of those records that there are."""
    found: dict[bytes, tuple[int, Issue]] = {}
    for some in chunks(key(record_id) for record_id in ids):
        for row in connection.execute(ISSUED.where(RECORDS.c.record.in_(some))):
            said = decode(row.kind, row.body)
            if isinstance(said, Issue) and said.record_id in ids:
                found[said.record_id] = row.position, said
    return found


def named(reading: Reading, ids: Sequence[bytes], anchored: int) -> list[Record]:
    """Those records that there are, in the order of their names; `anchored` is the size of the log that is on chain."""
    driver, wanted = Driver.of(reading), set(ids)
    found: dict[bytes, Record] = {}
    for some in chunks(map(key, ids)):
        read = (_record(row, anchored) for row in BY_ID.all(driver, {}, record=some))
        found |= {one.issue.record_id: one for one in read if one.issue.record_id in wanted}
    return [found[record_id] for record_id in ids if record_id in found]


def record(reading: Reading, record_id: bytes, anchored: int) -> Record | None:
    """One record."""
    return next(iter(named(reading, [record_id], anchored)), None)


def records_of(reading: Reading, data_subject: bytes, anchored: int) -> list[Record]:
    """A person's records, oldest first."""
    rows = BY_PERSON.all(Driver.of(reading), {"person": key(data_subject)})
    found = (_record(row, anchored) for row in rows)
    return [each for each in found if each.issue.data_subject == data_subject]


def records_of_any(
    reading: Reading, persons: Sequence[bytes], anchored: int, most: int
) -> dict[bytes, list[Record]] | None:
    """The records of each of these persons (at most 500), oldest first; None where they have more than `most`."""
    rows = BY_PERSONS.all(Driver.of(reading), {"most": most + 1}, person=map(key, persons))
    if len(rows) > most:
        return None
    found: dict[bytes, list[Record]] = {person: [] for person in persons}
    for each in sorted((_record(row, anchored) for row in rows), key=lambda record: record.position):
        if each.issue.data_subject in found:
            found[each.issue.data_subject].append(each)
    return found


@lru_cache(maxsize=1_024)
def category_key(category: str) -> int:
    """The key of a category: there are few, and they come again and again."""
    return key(category)


def _record(row: Any, anchored: int) -> Record:
    issue = decode(row.kind, row.body)
    if not isinstance(issue, Issue):
        raise TypeError("only issues stand in this index")
    return Record(issue, row.position, row.entry, row.position < anchored, row.superseded_by or b"", bool(row.erased))
