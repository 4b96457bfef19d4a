"""Statements between rows and the kernel's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from anchors.store.codec import decode, encode, kind_of
from anchors.store.prepared import Bulk, Driver, Prepared
from anchors.store.schema import STATEMENTS
from ledger.commitment.entry import NO_LOCK, Entry
from ledger.receipt import Logged, Signed, Statement

PREFIX = 8
AT_ONCE = 500
"""Names in one `in (…)`."""


def _by(log: str, name: str) -> Prepared:
    table = STATEMENTS[log]
    column = table.c[name]
    prefix = func.substr(column, 1, PREFIX)
    return Prepared(select(table).where(prefix == bindparam("prefix"), column == bindparam("whole")))


ADD = {log: Bulk(table.insert()) for log, table in STATEMENTS.items()}
AT = {
    log: Prepared(select(table).where(table.c.position == bindparam("position"))) for log, table in STATEMENTS.items()
}
BY_ENTRY = {log: _by(log, "entry") for log in STATEMENTS}
BY_DIGEST = {log: _by(log, "digest") for log in STATEMENTS}


Fields = dict[str, Any]
"""A row by its columns."""


def row_of(logged: Logged) -> Fields:
    """The row of a statement; its lock only where it is not the one it says itself."""
    statement, entry = logged.signed.statement, logged.signed.entry
    return {
        "position": logged.position,
        "kind": kind_of(statement),
        "accepted_at": logged.accepted_at,
        "entry": entry.entry,
        "digest": entry.digest,
        "salt": entry.salt,
        "signature": entry.signature,
        "lock": None if entry.lock == own_lock(statement) else entry.lock,
        "body": encode(statement),
    }


def logged_of(row: Any) -> Logged:
    """The statement of a row."""
    statement = decode(row.kind, row.body)
    lock = own_lock(statement) if row.lock is None else row.lock
    return Logged(Signed(statement, Entry(row.digest, row.signature, row.salt, lock)), row.position, row.accepted_at)


def own_lock(statement: Statement) -> bytes:
    """The lock a statement carries; zero for kinds that carry none."""
    lock: bytes = getattr(statement, "lock", NO_LOCK)
    return lock


def at(driver: Driver, log: str, position: int) -> Logged | None:
    """The statement at a position."""
    if not 0 <= position < 2**63:
        return None
    found = AT[log].all(driver, {"position": position})
    return logged_of(found[0]) if found else None


def by_entry(connection: Connection, log: str, entry: bytes) -> Logged | None:
    """The statement of that entry."""
    found = BY_ENTRY[log].all(Driver.of(connection), {"prefix": entry[:PREFIX], "whole": entry})
    return logged_of(found[0]) if found else None


def by_digests(connection: Connection, log: str, digests: Sequence[bytes]) -> dict[bytes, Logged]:
    """The statements already logged under any of the digests."""
    if len(digests) == 1:
        rows = BY_DIGEST[log].all(Driver.of(connection), {"prefix": digests[0][:PREFIX], "whole": digests[0]})
        return {row.digest: logged_of(row) for row in rows}
    column, wanted, found = STATEMENTS[log].c.digest, set(digests), {}
    for some in chunks([digest[:PREFIX] for digest in digests]):
        query = select(STATEMENTS[log]).where(func.substr(column, 1, PREFIX).in_(some))
        found.update({row.digest: logged_of(row) for row in connection.execute(query) if row.digest in wanted})
    return found


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """The values in lists of at most `AT_ONCE`."""
    every = list(values)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
