"""The index of records by id, person and category, with corrections and erasures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, ListQuery, PreparedQuery, ReadConnection, chunks
from mydata_ledger.anchors.store.rows.codec import decode, key, keys
from mydata_ledger.anchors.store.schema import RECORDS, STATEMENTS
from mydata_ledger.ledger.receipt import RECORDS as RECORDS_LOG
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import CategoryCount, Erasure, Issue, Record

LOG = STATEMENTS[RECORDS_LOG]
ISSUED = select(LOG.c.position, LOG.c.kind, LOG.c.body).join(RECORDS, RECORDS.c.position == LOG.c.position)
RECORD_ROWS = select(
    LOG.c.position, LOG.c.kind, LOG.c.entry, LOG.c.body, RECORDS.c.superseded_by, RECORDS.c.erased
).join(RECORDS, RECORDS.c.position == LOG.c.position)
STANDING = select(RECORDS.c.record_id).where(RECORDS.c.superseded_by.is_(None), RECORDS.c.erased.is_(False))
BY_ID = ListQuery(RECORD_ROWS, record=RECORDS.c.record)
BY_PERSONS = ListQuery(RECORD_ROWS.limit(bindparam("most")), person=RECORDS.c.person)
BY_PERSON = PreparedQuery(RECORD_ROWS.where(RECORDS.c.person == bindparam("person")).order_by(RECORDS.c.position))
COUNTED: tuple[Any, ...] = func.count().label("count"), func.max(RECORDS.c.position).label("newest")
COUNTS = PreparedQuery(
    select(*COUNTED)
    .where(
        RECORDS.c.person == bindparam("person"),
        RECORDS.c.key_check == bindparam("key_check"),
        RECORDS.c.superseded_by.is_(None),
        RECORDS.c.erased.is_(False),
    )
    .group_by(RECORDS.c.category)
)
BY_POSITION = ListQuery(RECORD_ROWS, position=RECORDS.c.position)
ADD = BulkChange(RECORDS.insert())
BY_INDEX_KEY = RECORDS.c.person == bindparam("who"), RECORDS.c.position == bindparam("where")
MARK_SUPERSEDED = RECORDS.update().where(*BY_INDEX_KEY).values(superseded_by=bindparam("by"))
MARK_ERASED = RECORDS.update().where(*BY_INDEX_KEY).values(erased=True)


def index(connection: Connection, added: Sequence[LoggedStatement]) -> None:
    """Add a row for each issue; mark records that are corrected or erased."""
    issues = [(logged, logged.signed.statement) for logged in added if isinstance(logged.signed.statement, Issue)]
    if issues:
        ADD.run(connection, [_row(logged.position, issue) for logged, issue in issues])
    corrections = [(logged.position, issue) for logged, issue in issues if issue.supersedes != bytes(32)]
    _correct(connection, corrections)
    erasures = {statement.record_id for logged in added if isinstance(statement := logged.signed.statement, Erasure)}
    erased = [_index_key(*position_and_issue) for position_and_issue in issued(connection, erasures).values()]
    if erased:
        connection.execute(MARK_ERASED, erased)


def _index_key(position: int, issue: Issue) -> dict[str, Any]:
    return {"who": key(issue.data_subject), "where": position}


def _row(position: int, issue: Issue) -> dict[str, Any]:
    person, key_check = keys(issue.data_subject)
    return {
        "person": person,
        "position": position,
        "record": key(issue.record_id),
        "record_id": issue.record_id,
        "key_check": key_check,
        "category": category_key(issue.category),
        "superseded_by": None,
        "erased": False,
    }


def _correct(connection: Connection, corrections: Sequence[tuple[int, Issue]]) -> None:
    """Mark superseded records; a correction counts only from the same holder about the same person."""
    issues = issued(connection, {issue.supersedes for _, issue in corrections})
    marks = []
    for position, issue in corrections:
        original = issues.get(issue.supersedes)
        if original and original[0] < position and _same_source(original[1], issue):
            marks.append(_index_key(*original) | {"by": issue.record_id})
    if marks:
        connection.execute(MARK_SUPERSEDED, marks)


def _same_source(issue: Issue, other: Issue) -> bool:
    return (issue.holder, issue.data_subject) == (other.holder, other.data_subject)


def issued(connection: Connection, ids: set[bytes]) -> dict[bytes, tuple[int, Issue]]:
    """Position and Issue of each of these records that exists, by id."""
    issues: dict[bytes, tuple[int, Issue]] = {}
    for chunk in chunks(key(record_id) for record_id in ids):
        for row in connection.execute(ISSUED.where(RECORDS.c.record.in_(chunk))):
            statement = decode(row.kind, row.body)
            if isinstance(statement, Issue) and statement.record_id in ids:
                issues[statement.record_id] = row.position, statement
    return issues


def standing_ids(connection: Connection, ids: set[bytes]) -> set[bytes]:
    """Those of these records that exist and are neither superseded nor erased."""
    rows = [
        row
        for chunk in chunks(key(record_id) for record_id in ids)
        for row in connection.execute(STANDING.where(RECORDS.c.record.in_(chunk)))
    ]
    return {bytes(row.record_id) for row in rows} & ids


def records_by_ids(reading: ReadConnection, ids: Sequence[bytes], anchored: int) -> list[Record]:
    """The records that exist, in the order of the given ids; `anchored` is the log size on chain."""
    driver, id_set = Driver.of(reading), set(ids)
    records: dict[bytes, Record] = {}
    for chunk in chunks(map(key, ids)):
        chunk_records = (_record(row, anchored) for row in BY_ID.all(driver, {}, record=chunk))
        records |= {record.issue.record_id: record for record in chunk_records if record.issue.record_id in id_set}
    return [records[record_id] for record_id in ids if record_id in records]


def record(reading: ReadConnection, record_id: bytes, anchored: int) -> Record | None:
    """One record by its id."""
    return next(iter(records_by_ids(reading, [record_id], anchored)), None)


def records_of(reading: ReadConnection, data_subject: bytes, anchored: int) -> list[Record]:
    """A person's records, oldest first."""
    rows = BY_PERSON.all(Driver.of(reading), {"person": key(data_subject)})
    records = (_record(row, anchored) for row in rows)
    return [record for record in records if record.issue.data_subject == data_subject]


def record_counts(reading: ReadConnection, data_subject: bytes, anchored: int) -> list[CategoryCount]:
    """For each category the records of a person that stand; the statements of all but the newest are not read."""
    driver, (person, key_check) = Driver.of(reading), keys(data_subject)
    counts = {row.newest: row.count for row in COUNTS.all(driver, {"person": person, "key_check": key_check})}
    newest = [_record(row, anchored) for chunk in chunks(counts) for row in BY_POSITION.all(driver, {}, position=chunk)]
    found = [CategoryCount(counts[record.position], record) for record in newest]
    return sorted(found, key=lambda each: each.newest.issue.category)


def records_of_any(
    reading: ReadConnection, persons: Sequence[bytes], anchored: int, most: int
) -> dict[bytes, list[Record]] | None:
    """The records of each of these persons (at most 500), oldest first; None if there are more than `most` records."""
    rows = BY_PERSONS.all(Driver.of(reading), {"most": most + 1}, person=map(key, persons))
    if len(rows) > most:
        return None
    records: dict[bytes, list[Record]] = {person: [] for person in persons}
    for record in sorted((_record(row, anchored) for row in rows), key=lambda record: record.position):
        if record.issue.data_subject in records:
            records[record.issue.data_subject].append(record)
    return records


@lru_cache(maxsize=1_024)
def category_key(category: str) -> int:
    """The key of a category, cached because there are few categories."""
    return key(category)


def _record(row: Any, anchored: int) -> Record:
    issue = decode(row.kind, row.body)
    if not isinstance(issue, Issue):
        raise TypeError("only issues are in this index")
    return Record(issue, row.position, row.entry, row.position < anchored, row.superseded_by or b"", bool(row.erased))
