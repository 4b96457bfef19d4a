"""The history of heads on chain, parties, notices and reveals; it begins with the present values."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAST = sa.table("past", *map(sa.column, ("at", "kind", "subject", "body")))


def upgrade() -> None:
    """Create the table and copy the present values, valid from the last answer of the chain."""
    op.create_table(
        "past",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("past_by_subject", "past", ["kind", "subject", "at"])
    followed_at = op.get_bind().execute(sa.text("SELECT followed_at FROM chain")).scalar()
    rows = [{"at": followed_at, "kind": kind, "subject": subject, "body": body} for kind, subject, body in _present()]
    if rows:
        op.bulk_insert(PAST, rows)


def _present() -> list[tuple[str, bytes, bytes]]:
    def read(query: str) -> list[Any]:
        return list(op.get_bind().execute(sa.text(query)))

    heads = read("SELECT log, anchored_size, anchored_block FROM heads")
    return [
        *(("head", log.encode(), size.to_bytes(8, "big") + block.to_bytes(8, "big")) for log, size, block in heads),
        *(("party", account.encode(), body) for account, body in read("SELECT account, body FROM parties")),
        *(("notice", digest, b"outdated") for (digest,) in read("SELECT digest FROM notices WHERE outdated")),
        *(("reveal", entry, b"") for (entry,) in read("SELECT entry FROM reveals WHERE block IS NOT NULL")),
    ]
