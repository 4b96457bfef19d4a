"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create all tables."""
    for log in ("consents", "records", "access"):
        _log(log)
    _chain()
    _answering()
    _index()
    _records()
    _directory()
    _sessions()
    _work_items()


def _log(log: str) -> None:
    op.create_table(
        f"{log}_log",
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("accepted_at", NUMBER, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("lock", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index(f"{log}_by_entry", f"{log}_log", [sa.func.substr(sa.column("entry"), 1, 8)])
    op.create_index(f"{log}_by_digest", f"{log}_log", [sa.func.substr(sa.column("digest"), 1, 8)])
    op.create_table(
        f"{log}_tree",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def _chain() -> None:
    op.create_table(
        "blocks",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "chain",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("followed_at", NUMBER, nullable=False),
        sa.Column("distrust", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "heads",
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("anchored_size", NUMBER, nullable=False),
        sa.Column("anchored_root", sa.LargeBinary(), nullable=False),
        sa.Column("anchored_block", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("log"),
    )


def _answering() -> None:
    op.create_table(
        "pending",
        sa.Column("start", NUMBER, autoincrement=False, nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("accepted_at", NUMBER, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("start"),
    )
    op.create_table(
        "reveals",
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("revocation", NUMBER, nullable=True),
        sa.Column("block", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("reveals_by_block", "reveals", ["block"], unique=False)


def _index() -> None:
    op.create_table(
        "consents",
        sa.Column("person", NUMBER, nullable=False),
        sa.Column("grantee", NUMBER, nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("is_consent", sa.Boolean(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person", "grantee", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("consents_by_grantee", "consents", ["grantee", "person"], unique=False)
    op.create_table(
        "uses",
        sa.Column("consent", NUMBER, nullable=False),
        sa.Column("record", NUMBER, nullable=False),
        sa.Column("times", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("consent", "record"),
        sqlite_with_rowid=False,
    )


def _records() -> None:
    op.create_table(
        "receipts",
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("person", NUMBER, nullable=True),
        sa.Column("requester", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("receipts_by_person", "receipts", ["person", "position"], unique=False)
    op.create_index("receipts_by_requester", "receipts", ["requester", "position"], unique=False)
    op.create_table(
        "records",
        sa.Column("position", NUMBER, autoincrement=False, nullable=False),
        sa.Column("record", NUMBER, nullable=False),
        sa.Column("person", NUMBER, nullable=False),
        sa.Column("category", NUMBER, nullable=False),
        sa.Column("superseded_by", sa.LargeBinary(), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("ix_records_record", "records", ["record"], unique=False)
    op.create_index("records_by_category", "records", ["category", "position"], unique=False)
    op.create_index("records_by_person", "records", ["person", "position"], unique=False)


def _directory() -> None:
    op.create_table(
        "drafts",
        sa.Column("record_id", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_table(
        "notices",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outdated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "parties",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("account"),
    )


def _work_items() -> None:
    op.create_table(
        "papers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("person", NUMBER, nullable=False),
        sa.Column("party", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", NUMBER, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_index("papers_by_due", "papers", ["kind", "state", "due"], unique=False)
    op.create_index("papers_by_party", "papers", ["kind", "party", "id"], unique=False)
    op.create_index("papers_by_person", "papers", ["kind", "person", "id"], unique=False)


def _sessions() -> None:
    op.create_table(
        "challenges",
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("expires", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("nonce"),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("signer", sa.LargeBinary(), nullable=False),
        sa.Column("expires", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
