"""Statements between rows and the kernel's own words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, ListQuery, PreparedQuery, Reading, chunks
from mydata_ledger.anchors.store.rows import consent_dedup
from mydata_ledger.anchors.store.rows.codec import decode, encode, kind_of, prefix
from mydata_ledger.anchors.store.schema import COMMON, ENTRIES, STATEMENTS
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement, SignedStatement, Statement

PREFIX = 8


def whole(log: str) -> Select[Any]:
    """Statements with all that `logged_of` needs."""
    table = STATEMENTS[log]
    if log != CONSENTS:
        return select(table)
    said = select(table, COMMON.c.body.label("said")).select_from(table)
    return said.outerjoin(COMMON, COMMON.c.id == table.c.common)


def _by(log: str, name: str) -> PreparedQuery:
    table = STATEMENTS[log]
    column = table.c[name]
    start = func.substr(column, 1, PREFIX)
    return PreparedQuery(whole(log).where(start == bindparam("prefix"), column == bindparam("whole")))


ADD = {log: BulkChange(table.insert()) for log, table in STATEMENTS.items()}
ADD_ENTRIES = BulkChange(ENTRIES.insert())
AT = {
    log: PreparedQuery(whole(log).where(table.c.position == bindparam("position"))) for log, table in STATEMENTS.items()
}
OTHERS = [log for log in STATEMENTS if log != CONSENTS]
BY_ENTRY = {log: _by(log, "entry") for log in OTHERS}
BY_DIGEST = {log: _by(log, "digest") for log in OTHERS}
NAMED = PreparedQuery(
    whole(CONSENTS)
    .join(ENTRIES, ENTRIES.c.position == STATEMENTS[CONSENTS].c.position)
    .where(ENTRIES.c.entry == bindparam("entry"))
)
NAMED_ANY = ListQuery(
    whole(CONSENTS).join(ENTRIES, ENTRIES.c.position == STATEMENTS[CONSENTS].c.position), entry=ENTRIES.c.entry
)


Fields = dict[str, Any]
"""A row by its columns."""
Named = tuple[bytes, str, int]
"""Data subject, grantee and position of a consent or delegation."""


def rows_of(connection: Connection, log: str, added: Sequence[LoggedStatement]) -> list[Fields]:
    """The rows of statements that are about to be put at the end of their log, each with its entry."""
    if log != CONSENTS:
        return [_fields(one) | {"entry": one.signed.entry.entry, "body": encode(one.signed.statement)} for one in added]
    parts = [_parts(one.signed.statement) for one in added]
    numbers = consent_dedup.numbers(connection, (said for said, _ in parts if said))
    return [
        _fields(one) | {"common": numbers[said] if said else None, "body": body, "entry": one.signed.entry.entry}
        for one, (said, body) in zip(added, parts, strict=True)
    ]


def _parts(statement: Statement) -> tuple[bytes, bytes]:
    return consent_dedup.split(statement) if isinstance(statement, Consent) else (b"", encode(statement))


def _fields(logged: LoggedStatement) -> Fields:
    """What the rows of all logs have; the lock only where it is not the one the statement says itself."""
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
    """What a row says."""
    return consent_dedup.whole(row.said, row.body) if row.kind == consent_dedup.CONSENT else decode(row.kind, row.body)


def logged_of(row: Any) -> LoggedStatement:
    """The statement of a row."""
    statement = statement_of(row)
    lock = own_lock(statement) if row.lock is None else row.lock
    return LoggedStatement(
        SignedStatement(statement, Entry(row.digest, row.signature, row.salt, lock)), row.position, row.accepted_at
    )


def entries(log: str) -> Select[Any]:
    """Statements with all that `entry_of` needs."""
    table = STATEMENTS[log]
    if log != CONSENTS:
        return select(table.c.entry)
    plain = (table.c.kind, table.c.body, table.c.digest, table.c.salt, table.c.signature, table.c.lock)
    said = select(*plain, COMMON.c.body.label("said")).select_from(table)
    return said.outerjoin(COMMON, COMMON.c.id == table.c.common)


def entry_of(row: Any) -> bytes:
    """The entry of a row: in the log of consents it follows from the rest."""
    stored = getattr(row, "entry", None)
    if stored is not None:
        return bytes(stored)
    lock = own_lock(statement_of(row)) if row.lock is None else row.lock
    return Entry(row.digest, row.signature, row.salt, lock).entry


def own_lock(statement: Statement) -> bytes:
    """The lock a statement carries; zero for kinds that carry none."""
    lock: bytes = getattr(statement, "lock", NO_LOCK)
    return lock


def at(driver: Driver, log: str, position: int) -> LoggedStatement | None:
    """The statement at a position."""
    if not 0 <= position < 2**63:
        return None
    found = AT[log].all(driver, {"position": position})
    return logged_of(found[0]) if found else None


def by_entry(connection: Reading, log: str, entry: bytes) -> LoggedStatement | None:
    """The statement of that entry."""
    if log == CONSENTS:
        return _consent_by_entry(Driver.of(connection), entry)
    found = BY_ENTRY[log].all(Driver.of(connection), {"prefix": entry[:PREFIX], "whole": entry})
    return logged_of(found[0]) if found else None


def endable_by_entries(driver: Driver, entries: Collection[bytes]) -> list[Named]:
    """The consents and delegations of those entries, in any order."""
    found = (row for some in chunks(map(prefix, entries)) for row in NAMED_ANY.all(driver, {}, entry=some))
    return [named for row in found if (named := _named(row, entries))]


def _named(row: Any, entries: Collection[bytes]) -> Named | None:
    """What a row says to whom, if it is one of those entries; little of most of them needs to be read."""
    if row.kind == consent_dedup.CONSENT:
        data_subject, grantee, lock = consent_dedup.pair_and_lock(row.said, row.body)
    else:
        said = decode(row.kind, row.body)
        if not isinstance(said, Delegation):
            return None
        data_subject, grantee, lock = said.data_subject, said.grantee, said.lock
    entry = Entry(row.digest, row.signature, row.salt, lock if row.lock is None else row.lock).entry
    return (data_subject, grantee, row.position) if entry in entries else None


def _consent_by_entry(driver: Driver, entry: bytes) -> LoggedStatement | None:
    found = (logged_of(row) for row in NAMED.all(driver, {"entry": prefix(entry)}))
    return next((logged for logged in found if logged.signed.entry.entry == entry), None)


def by_digests(connection: Connection, log: str, digests: Sequence[bytes]) -> dict[bytes, LoggedStatement]:
    """The statements already logged under any of the digests, in another log than that of consents."""
    if len(digests) == 1:
        rows = BY_DIGEST[log].all(Driver.of(connection), {"prefix": digests[0][:PREFIX], "whole": digests[0]})
        return {row.digest: logged_of(row) for row in rows}
    column, wanted, found = STATEMENTS[log].c.digest, set(digests), {}
    for some in chunks([digest[:PREFIX] for digest in digests]):
        query = select(STATEMENTS[log]).where(func.substr(column, 1, PREFIX).in_(some))
        found.update({row.digest: logged_of(row) for row in connection.execute(query) if row.digest in wanted})
    return found
