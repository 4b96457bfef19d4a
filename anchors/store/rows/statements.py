"""Conversion between rows and statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, ListQuery, PreparedQuery, ReadConnection, chunks
from mydata_ledger.anchors.store.rows import consent_dedup
from mydata_ledger.anchors.store.rows.codec import decode, encode, kind_of, prefix
from mydata_ledger.anchors.store.schema import COMMON, ENTRIES, STATEMENTS
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry, RevocationMark
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement, SignedStatement, Statement

PREFIX = 8


def select_statements(log: str) -> Select[Any]:
    """A query for statements with all columns that `logged_of` needs."""
    table = STATEMENTS[log]
    if log != CONSENTS:
        return select(table)
    query = select(table, COMMON.c.body.label("terms")).select_from(table)
    return query.outerjoin(COMMON, COMMON.c.id == table.c.common)


def _query_by(log: str, name: str) -> PreparedQuery:
    table = STATEMENTS[log]
    column = table.c[name]
    start = func.substr(column, 1, PREFIX)
    return PreparedQuery(select_statements(log).where(start == bindparam("prefix"), column == bindparam("whole")))


ADD = {log: BulkChange(table.insert()) for log, table in STATEMENTS.items()}
ADD_ENTRIES = BulkChange(ENTRIES.insert())
BY_POSITIONS = {log: ListQuery(select_statements(log), position=table.c.position) for log, table in STATEMENTS.items()}
OTHER_LOGS = [log for log in STATEMENTS if log != CONSENTS]
BY_ENTRY = {log: _query_by(log, "entry") for log in OTHER_LOGS}
BY_DIGEST = {log: _query_by(log, "digest") for log in OTHER_LOGS}
CONSENTS_BY_ENTRY = PreparedQuery(
    select_statements(CONSENTS)
    .join(ENTRIES, ENTRIES.c.position == STATEMENTS[CONSENTS].c.position)
    .where(ENTRIES.c.entry == bindparam("entry"))
)
CONSENTS_BY_ENTRIES = ListQuery(
    select_statements(CONSENTS).join(ENTRIES, ENTRIES.c.position == STATEMENTS[CONSENTS].c.position),
    entry=ENTRIES.c.entry,
)


RowValues = dict[str, Any]
"""The values of a row by column."""


class Revocable(NamedTuple):
    """A consent or delegation that a revocation may end, by its place in the index, and its entry."""

    data_subject: bytes
    grantee: str
    position: int
    entry: bytes

    @classmethod
    def of(cls, logged: LoggedStatement) -> Revocable:
        """A logged consent or delegation."""
        statement = logged.signed.statement
        if not isinstance(statement, Consent | Delegation):
            raise TypeError(f"a {type(statement).__name__} cannot be revoked")
        return cls(statement.data_subject, statement.grantee, logged.position, logged.signed.entry.entry)


def rows_of(connection: Connection, log: str, added: Sequence[LoggedStatement]) -> list[RowValues]:
    """The rows of statements to append to their log, each with its entry."""
    if log != CONSENTS:
        return [
            _fields(logged) | {"entry": logged.signed.entry.entry, "body": encode(logged.signed.statement)}
            for logged in added
        ]
    parts = [_parts(logged.signed.statement) for logged in added]
    terms_ids = consent_dedup.ids_of_terms(connection, (terms for terms, _ in parts if terms))
    return [
        _fields(logged)
        | {"common": terms_ids[terms] if terms else None, "body": body, "entry": logged.signed.entry.entry}
        for logged, (terms, body) in zip(added, parts, strict=True)
    ]


def _parts(statement: Statement) -> tuple[bytes, bytes]:
    return consent_dedup.split(statement) if isinstance(statement, Consent) else (b"", encode(statement))


def _fields(logged: LoggedStatement) -> RowValues:
    """The columns that all logs have; the lock only if it differs from the one in the statement."""
    statement, entry = logged.signed.statement, logged.signed.entry
    return {
        "position": logged.position,
        "kind": kind_of(statement),
        "accepted_at": logged.accepted_at,
        "digest": entry.digest,
        "salt": entry.salt,
        "signature": entry.signature,
        "lock": None if entry.lock == own_lock(statement) else entry.lock,
    }


def statement_of(row: Any) -> Statement:
    """The statement of a row, without its entry."""
    return consent_dedup.join(row.terms, row.body) if row.kind == consent_dedup.CONSENT else decode(row.kind, row.body)


def logged_of(row: Any) -> LoggedStatement:
    """The logged statement of a row."""
    statement = statement_of(row)
    lock = own_lock(statement) if row.lock is None else row.lock
    return LoggedStatement(
        SignedStatement(statement, Entry(row.digest, row.signature, row.salt, lock)), row.position, row.accepted_at
    )


def select_entries(log: str) -> Select[Any]:
    """A query for statements with all columns that `entry_of` needs."""
    table = STATEMENTS[log]
    if log != CONSENTS:
        return select(table.c.entry)
    plain = (table.c.kind, table.c.body, table.c.digest, table.c.salt, table.c.signature, table.c.lock)
    query = select(*plain, COMMON.c.body.label("terms")).select_from(table)
    return query.outerjoin(COMMON, COMMON.c.id == table.c.common)


def entry_of(row: Any) -> bytes:
    """The entry of a row; in the consents log it is computed from the other columns."""
    stored = getattr(row, "entry", None)
    if stored is not None:
        return bytes(stored)
    lock = own_lock(statement_of(row)) if row.lock is None else row.lock
    return Entry(row.digest, row.signature, row.salt, lock).entry


def own_lock(statement: Statement) -> bytes:
    """The lock in a statement; zero for kinds without a lock."""
    lock: bytes = getattr(statement, "lock", NO_LOCK)
    return lock


def statements_at(driver: Driver, log: str, positions: Iterable[int]) -> dict[int, LoggedStatement]:
    """The statements at these positions that exist, by position."""
    possible = (position for position in positions if 0 <= position < 2**63)
    rows = (row for chunk in chunks(possible) for row in BY_POSITIONS[log].all(driver, {}, position=chunk))
    return {row.position: logged_of(row) for row in rows}


def statement_at(driver: Driver, log: str, position: int) -> LoggedStatement | None:
    """The statement at a position; None if there is none."""
    return statements_at(driver, log, [position]).get(position)


def by_entry(connection: ReadConnection, log: str, entry: bytes) -> LoggedStatement | None:
    """The statement with an entry; None if there is none."""
    if log == CONSENTS:
        return _consent_by_entry(Driver.of(connection), entry)
    rows = BY_ENTRY[log].all(Driver.of(connection), {"prefix": entry[:PREFIX], "whole": entry})
    return logged_of(rows[0]) if rows else None


def entry_rows(added: Sequence[LoggedStatement], entries: Sequence[bytes]) -> list[dict[str, int]]:
    """The rows of ENTRIES of statements with these entries: one for each entry, one for each lock or else digest."""
    by_entry = [(prefix(entry), logged.position) for logged, entry in zip(added, entries, strict=True)]
    revocable = [each for each in added if not isinstance(each.signed.statement, Revocation)]
    by_lock = [(~prefix(_lock_or_digest(each.signed.entry)), each.position) for each in revocable]
    return [{"entry": place, "position": position} for place, position in by_entry + by_lock]


def _lock_or_digest(entry: Entry) -> bytes:
    return entry.digest if entry.lock == NO_LOCK else entry.lock


def revocable_by_marks(driver: Driver, marks: Sequence[RevocationMark]) -> list[Revocable]:
    """The consents and delegations that one of the marks ends, in the order of the log."""
    keys = {mark.key for mark in marks}
    places = {place for mark in marks for place in (prefix(mark.entry), *(~prefix(lock) for lock in mark.locks))}
    rows = (row for chunk in chunks(places) for row in CONSENTS_BY_ENTRIES.all(driver, {}, entry=chunk))
    found = (revocable for row in rows if (revocable := _revocable(row, keys)))
    return sorted(dict.fromkeys(found), key=lambda revocable: revocable.position)


def _revocable(row: Any, keys: Set[bytes]) -> Revocable | None:
    """The statement of a row if its entry, lock or digest is one of the keys; consents are not fully decoded."""
    if row.kind == consent_dedup.CONSENT:
        data_subject, grantee, lock = consent_dedup.pair_and_lock(row.terms, row.body)
    else:
        statement = decode(row.kind, row.body)
        if not isinstance(statement, Delegation):
            return None
        data_subject, grantee, lock = statement.data_subject, statement.grantee, statement.lock
    commitment = Entry(row.digest, row.signature, row.salt, lock if row.lock is None else row.lock)
    entry = commitment.entry
    is_found = keys & {entry, commitment.lock, commitment.digest}
    return Revocable(data_subject, grantee, row.position, entry) if is_found else None


def _consent_by_entry(driver: Driver, entry: bytes) -> LoggedStatement | None:
    candidates = (logged_of(row) for row in CONSENTS_BY_ENTRY.all(driver, {"entry": prefix(entry)}))
    return next((logged for logged in candidates if logged.signed.entry.entry == entry), None)


def by_digests(connection: Connection, log: str, digests: Sequence[bytes]) -> dict[bytes, LoggedStatement]:
    """The statements that are logged under any of the digests; for any log except the consents log."""
    if len(digests) == 1:
        rows = BY_DIGEST[log].all(Driver.of(connection), {"prefix": digests[0][:PREFIX], "whole": digests[0]})
        return {row.digest: logged_of(row) for row in rows}
    column, wanted, logged = STATEMENTS[log].c.digest, set(digests), {}
    for chunk in chunks([digest[:PREFIX] for digest in digests]):
        query = select(STATEMENTS[log]).where(func.substr(column, 1, PREFIX).in_(chunk))
        logged.update({row.digest: logged_of(row) for row in connection.execute(query) if row.digest in wanted})
    return logged
