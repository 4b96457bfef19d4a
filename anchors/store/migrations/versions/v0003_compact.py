"""Smaller rows for consents, and searches by person: shared terms are stored once, records are sorted by person, and
entries of consents are computed. The encodings of the codec never change, so the migration uses the codec.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.rows import consent_dedup
from mydata_ledger.anchors.store.rows.codec import decode, encode, key, keys, prefix
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.equivalence import shared_window
from mydata_ledger.ledger.record import Issue

revision = "0003"
down_revision = "0002"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 5_000
KEPT = ("position", "kind", "accepted_at", "digest", "salt", "signature", "lock")


def upgrade() -> None:
    """Create the new tables from the old ones, log by log."""
    for table, indexes in OLD.items():
        for index in indexes:
            op.drop_index(index, table)
        op.rename_table(table, f"{table}_before")
    op.create_index("consents_by_position", "consents_before", ["position"])
    _make()
    connection = op.get_bind()
    _consents(connection)
    _records(connection)
    for table in OLD:
        op.drop_table(f"{table}_before")
    _indexes()


OLD = {
    "consents_log": ("consents_by_entry", "consents_by_digest"),
    "consents": ("consents_by_grantee",),
    "records": ("ix_records_record", "records_by_category", "records_by_person"),
}


def _make() -> None:
    op.create_table(
        "consents_log",
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("accepted_at", NUMBER, nullable=False),
        sa.Column("common", NUMBER, nullable=True),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("digest", "salt", "signature")),
        sa.Column("lock", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=_named("consents_log")),
    )
    op.create_table(
        "common",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("key", NUMBER, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "consents_entries",
        sa.Column("entry", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("entry", "position"),
        sqlite_with_rowid=False,
    )
    _make_consents()
    _make_records()


def _make_consents() -> None:
    op.create_table(
        "consents",
        *(sa.Column(name, NUMBER, nullable=False) for name in ("person", "grantee", "position")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_consent", "superseded", "revoked")),
        sa.Column("witness", NUMBER, nullable=False),
        sa.Column("alike", NUMBER, nullable=True),
        sa.Column("opens", NUMBER, nullable=False),
        sa.Column("closes", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("person", "grantee", "position", name=_named("consents")),
        sqlite_with_rowid=False,
    )


def _make_records() -> None:
    op.create_table(
        "records",
        *(sa.Column(name, NUMBER, nullable=False) for name in ("person", "position", "record")),
        sa.Column("record_id", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, NUMBER, nullable=False) for name in ("witness", "category")),
        sa.Column("superseded_by", sa.LargeBinary(), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person", "position", name=_named("records")),
        sqlite_with_rowid=False,
    )


def _named(table: str) -> str | None:
    """Name of a primary key: in PostgreSQL the old table still uses the default name."""
    return f"{table}_key" if op.get_context().dialect.name == "postgresql" else None


def _indexes() -> None:
    op.create_index("ix_common_key", "common", ["key"], unique=False)
    op.create_index("consents_by_grantee", "consents", ["grantee", "person"], unique=False)
    op.create_index("ix_records_record", "records", ["record"], unique=False)
    if op.get_context().dialect.name == "postgresql":
        for table in OLD:
            op.execute(f"ALTER INDEX {table}_key RENAME TO {table}_pkey")


def _pages(connection: Connection, query: str) -> Iterator[list[Any]]:
    """Pages of rows in the order of `position`."""
    start = -1
    where = {"most": AT_ONCE}
    while page := list(connection.execute(sa.text(query), where | {"start": start})):
        yield page
        start = page[-1].position


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.table(table, *map(sa.column, rows[0])).insert(), rows)


def _consents(connection: Connection) -> None:
    for page in _pages(connection, CONSENTS):
        statements = [decode(row.kind, row.body) for row in page]
        parts = [
            consent_dedup.split(statement) if isinstance(statement, Consent) else (b"", encode(statement))
            for statement in statements
        ]
        ids = consent_dedup.ids_of_terms(connection, (body for body, _ in parts if body))
        terms_ids = [ids.get(body) for body, _ in parts]
        bodies = [own for _, own in parts]
        logged = [
            {name: getattr(row, name) for name in KEPT} | {"common": terms_id, "body": body}
            for row, terms_id, body in zip(page, terms_ids, bodies, strict=True)
        ]
        _insert(connection, "consents_log", logged)
        _insert(
            connection, "consents_entries", [{"entry": prefix(row.entry), "position": row.position} for row in page]
        )
        _insert(connection, "consents", [_row(*values) for values in zip(page, statements, terms_ids, strict=True)])


CONSENTS = """SELECT l.*, c.is_consent, c.superseded, c.revoked, c.person, c.grantee
FROM consents_log_before l JOIN consents_before c ON c.position = l.position
WHERE l.position > :start ORDER BY l.position LIMIT :most"""


def _row(row: Any, statement: Any, terms_id: int | None) -> dict[str, Any]:
    window = shared_window(statement) if isinstance(statement, Consent) else None
    opens, closes = window or (0, None)
    states = {name: bool(getattr(row, name)) for name in ("is_consent", "superseded", "revoked")}
    values = {"person": row.person, "grantee": row.grantee, "position": row.position, **states}
    shared = terms_id if window else None
    return values | {"witness": keys(statement.data_subject)[1], "alike": shared, "opens": opens, "closes": closes}


RECORDS = """SELECT r.*, l.kind, l.body FROM records_before r JOIN records_log l ON l.position = r.position
WHERE r.position > :start ORDER BY r.position LIMIT :most"""


def _records(connection: Connection) -> None:
    for page in _pages(connection, RECORDS):
        issues = [issue for row in page if isinstance(issue := decode(row.kind, row.body), Issue)]
        rows = [
            {
                "person": row.person,
                "position": row.position,
                "record": key(issue.record_id),
                "record_id": issue.record_id,
                "witness": keys(issue.data_subject)[1],
                "category": row.category,
                "superseded_by": row.superseded_by,
                "erased": bool(row.erased),
            }
            for row, issue in zip(page, issues, strict=True)
        ]
        _insert(connection, "records", rows)
