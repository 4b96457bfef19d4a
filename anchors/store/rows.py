"""Statements between rows and the kernel's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.engine import Connection

from anchors.store.codec import decode, encode, kind_of
from anchors.store.schema import STATEMENTS
from ledger.commitment.entry import NO_LOCK, Entry
from ledger.receipt import Logged, Signed, Statement

PREFIX = 8
AT_ONCE = 500
"""Names in one `in (…)`."""


def _by(log: str, name: str) -> Select[Any]:
    table = STATEMENTS[log]
    column = table.c[name]
    prefix = func.substr(column, 1, PREFIX)
    return select(table).where(prefix == bindparam("prefix"), column == bindparam("whole"))


AT = {log: select(table).where(table.c.position == bindparam("position")) for log, table in STATEMENTS.items()}
BY_ENTRY = {log: _by(log, "entry") for log in STATEMENTS}
BY_DIGEST = {log: _by(log, "digest") for log in STATEMENTS}


def row_of(logged: Logged) -> dict[str, Any]:
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


def logged_of(row: Row[Any]) -> Logged:
    """The statement of a row."""
    statement = decode(row.kind, row.body)
    lock = own_lock(statement) if row.lock is None else row.lock
    return Logged(Signed(statement, Entry(row.digest, row.signature, row.salt, lock)), row.position, row.accepted_at)


def own_lock(statement: Statement) -> bytes:
    """The lock a statement carries; zero for kinds that carry none."""
    lock: bytes = getattr(statement, "lock", NO_LOCK)
    return lock


def at(connection: Connection, log: str, position: int) -> Logged | None:
    """The statement at a position."""
    if not 0 <= position < 2**63:
        return None
    row = connection.execute(AT[log], {"position": position}).first()
    return logged_of(row) if row else None


def by_entry(connection: Connection, log: str, entry: bytes) -> Logged | None:
    """The statement of that entry."""
    row = connection.execute(BY_ENTRY[log], {"prefix": entry[:PREFIX], "whole": entry}).first()
    return logged_of(row) if row else None


def by_digests(connection: Connection, log: str, digests: Sequence[bytes]) -> dict[bytes, Logged]:
    """The statements already logged under any of the digests."""
    if len(digests) == 1:
        rows = connection.execute(BY_DIGEST[log], {"prefix": digests[0][:PREFIX], "whole": digests[0]}).all()
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
