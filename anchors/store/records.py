"""The index of records: by id, person and category; what corrects and what erases them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.engine import Connection

from anchors.store.codec import key
from anchors.store.prepared import Bulk
from anchors.store.rows import chunks, logged_of
from anchors.store.schema import CONSENTS, RECORDS, STATEMENTS
from ledger.access import EVERYTHING
from ledger.receipt import RECORDS as RECORDS_LOG
from ledger.receipt import Logged
from ledger.record import Erasure, Issue, Record

LOG = STATEMENTS[RECORDS_LOG]
FOUND = select(LOG, RECORDS.c.superseded_by, RECORDS.c.erased).join(RECORDS, RECORDS.c.position == LOG.c.position)
BY_ID = FOUND.where(RECORDS.c.record == bindparam("record"))
BY_PERSON = FOUND.where(RECORDS.c.person == bindparam("person")).order_by(RECORDS.c.position)
NAMED = select(CONSENTS.c.person).where(
    CONSENTS.c.person == RECORDS.c.person,
    CONSENTS.c.grantee.in_(bindparam("grantees", expanding=True)),
    CONSENTS.c.is_consent,
)
OF_NAMED = (
    FOUND.where(RECORDS.c.position > bindparam("after"), NAMED.exists())
    .order_by(RECORDS.c.position)
    .limit(bindparam("most"))
)
REACHABLE = OF_NAMED.where(RECORDS.c.category == bindparam("category"))
ADD = Bulk(RECORDS.insert())
CORRECTED = RECORDS.update().where(RECORDS.c.position == bindparam("where")).values(superseded_by=bindparam("by"))
ERASED = RECORDS.update().where(RECORDS.c.position == bindparam("where")).values(erased=True)


def index(connection: Connection, added: Sequence[Logged]) -> None:
    """Rows for issues; corrections and erasures mark the record they name."""
    issues = [(each, each.signed.statement) for each in added if isinstance(each.signed.statement, Issue)]
    if issues:
        ADD.run(connection, [_row(each.position, issue) for each, issue in issues])
    corrections = [(each.position, issue) for each, issue in issues if issue.supersedes != bytes(32)]
    _correct(connection, corrections)
    erasures = {each.signed.statement.record_id for each in added if isinstance(each.signed.statement, Erasure)}
    erased = [{"where": row.position} for row in issued(connection, erasures).values()]
    if erased:
        connection.execute(ERASED, erased)


def _row(position: int, issue: Issue) -> dict[str, int | bool | None]:
    return {
        "position": position,
        "record": key(issue.record_id),
        "person": key(issue.data_subject),
        "category": key(issue.category),
        "superseded_by": None,
        "erased": False,
    }


def _correct(connection: Connection, corrections: Sequence[tuple[int, Issue]]) -> None:
    """A record is superseded by its own holder, about the same person, or not at all."""
    named = issued(connection, {issue.supersedes for _, issue in corrections})
    marks = []
    for position, issue in corrections:
        logged = named.get(issue.supersedes)
        before = logged.signed.statement if logged and logged.position < position else None
        if logged and isinstance(before, Issue) and _same_source(before, issue):
            marks.append({"where": logged.position, "by": issue.record_id})
    if marks:
        connection.execute(CORRECTED, marks)


def _same_source(one: Issue, other: Issue) -> bool:
    return (one.holder, one.data_subject) == (other.holder, other.data_subject)


def issued(connection: Connection, ids: set[bytes]) -> dict[bytes, Logged]:
    """The issues of those records that there are."""
    found: dict[bytes, Logged] = {}
    for some in chunks(key(record_id) for record_id in ids):
        for row in connection.execute(FOUND.where(RECORDS.c.record.in_(some))):
            logged = logged_of(row)
            said = logged.signed.statement
            if isinstance(said, Issue) and said.record_id in ids:
                found[said.record_id] = logged
    return found


def record(connection: Connection, record_id: bytes, anchored: int) -> Record | None:
    """One record; `anchored` is the size of the log that is on chain."""
    rows = connection.execute(BY_ID, {"record": key(record_id)})
    return next((found for row in rows if (found := _record(row, anchored)).issue.record_id == record_id), None)


def records_of(connection: Connection, data_subject: bytes, anchored: int) -> list[Record]:
    """A person's records, oldest first."""
    found = [_record(row, anchored) for row in connection.execute(BY_PERSON, {"person": key(data_subject)})]
    return [each for each in found if each.issue.data_subject == data_subject]


def reachable(
    connection: Connection, wanted: tuple[frozenset[str], str], after: int, limit: int, anchored: int
) -> list[Record]:
    """Candidates of a search: records whose person has a consent to one of the names, of the category wanted."""
    names, category = wanted
    if not names:
        return []
    where = {"grantees": [key(name) for name in names], "after": after, "most": limit}
    if category == EVERYTHING:
        return [_record(row, anchored) for row in connection.execute(OF_NAMED, where)]
    found = [_record(row, anchored) for row in connection.execute(REACHABLE, where | {"category": key(category)})]
    return [each for each in found if each.issue.category == category]


def _record(row: Row[Any], anchored: int) -> Record:
    logged = logged_of(row)
    issue = logged.signed.statement
    if not isinstance(issue, Issue):
        raise TypeError("only issues stand in this index")
    entry = logged.signed.entry.entry
    return Record(issue, row.position, entry, row.position < anchored, row.superseded_by or b"", row.erased)
