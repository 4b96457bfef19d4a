"""Marks of revocation by lock: a lock that a revocation opened ends every statement that carries it. Statements are
found by their lock, or by their digest where they have none, as by their entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.rows import consent_dedup
from mydata_ledger.anchors.store.rows.codec import decode, key, prefix
from mydata_ledger.ledger.commitment.entry import NO_LOCK, lock_of
from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.delegation import Delegation

revision = "0006"
down_revision = "0005"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 5_000
Mark = tuple[int | None, int | None]
"""Position of the revocation that opened the lock, and block of the mark on chain."""


def upgrade() -> None:
    """Create the table from the earlier one, add the locks to the index, and end what carries an opened lock."""
    op.create_table(
        "marks",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, NUMBER, nullable=True) for name in ("revocation", "block")),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("marks_by_block", "marks", ["block"], unique=False)
    connection = op.get_bind()
    marks = _marks(connection)
    _run(
        connection,
        ADD_MARK,
        [dict(zip(("key", "revocation", "block"), (k, *v), strict=True)) for k, v in marks.items()],
    )
    for page in _pages(connection):
        _index_locks(connection, page, marks)
    op.drop_table("reveals")


ADD_MARK = "INSERT INTO marks (key, revocation, block) VALUES (:key, :revocation, :block)"
ADD_LOCK = "INSERT INTO consents_entries (entry, position) VALUES (:entry, :position)"
END = "UPDATE consents SET revoked = :yes WHERE person = :person AND grantee = :grantee AND position = :position"
REVEALS = """SELECT r.entry, r.revocation, r.block, l.kind, l.body FROM reveals r
LEFT JOIN consents_log l ON l.position = r.revocation ORDER BY r.revocation"""
STATEMENTS = """SELECT l.position, l.kind, l.lock, l.digest, l.body, c.body AS terms FROM consents_log l
LEFT JOIN common c ON c.id = l.common WHERE l.position > :start ORDER BY l.position LIMIT :most"""


def _run(connection: Connection, text: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(sa.text(text), list(rows))


def _marks(connection: Connection) -> dict[bytes, Mark]:
    """The marks by lock where a revocation opened it, else by entry: then nothing tells whether a secret did it."""
    marks: dict[bytes, Mark] = {}
    for row in connection.execute(sa.text(REVEALS)):
        revocation = decode(row.kind, row.body) if row.kind is not None else None
        mark_key = lock_of(revocation.secret) if isinstance(revocation, Revocation) else bytes(row.entry)
        first, block = marks.get(mark_key, (row.revocation, row.block))
        marks[mark_key] = first, row.block if block is None else block
    return marks


def _pages(connection: Connection) -> Iterator[list[Any]]:
    """Pages of rows of the consents log."""
    values = {"most": AT_ONCE, "start": -1}
    while page := list(connection.execute(sa.text(STATEMENTS), values)):
        yield page
        values["start"] = page[-1].position


def _index_locks(connection: Connection, page: Sequence[Any], marks: Mapping[bytes, Mark]) -> None:
    found = [(row.position, parts) for row in page if (parts := _parts(row))]
    digests = {row.position: bytes(row.digest) for row in page}
    locks = [
        {"entry": ~prefix(digests[position] if lock == NO_LOCK else lock), "position": position}
        for position, (_, _, lock) in found
    ]
    ended = [
        {"yes": True, "person": key(data_subject), "grantee": key(grantee), "position": position}
        for position, (data_subject, grantee, lock) in found
        if lock in marks
    ]
    _run(connection, ADD_LOCK, locks)
    _run(connection, END, ended)


def _parts(row: Any) -> tuple[bytes, str, bytes] | None:
    """Data subject, grantee and lock of a consent or delegation."""
    if row.kind == consent_dedup.CONSENT:
        data_subject, grantee, lock = consent_dedup.pair_and_lock(row.terms, row.body)
    else:
        statement = decode(row.kind, row.body)
        if not isinstance(statement, Delegation):
            return None
        data_subject, grantee, lock = statement.data_subject, statement.grantee, statement.lock
    return data_subject, grantee, lock if row.lock is None else bytes(row.lock)
