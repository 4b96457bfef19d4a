"""Covering indexes: they contain all columns that a look-up or a search needs of a consent or a record, which saves a
descent of the table's B-tree.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
STATE = ["position", "is_consent", "superseded", "revoked", "witness", "alike", "opens", "closes"]


def upgrade() -> None:
    """Create the two indexes again."""
    op.drop_index("consents_by_grantee", "consents")
    op.create_index("consents_by_grantee", "consents", ["grantee", "person", *STATE])
    op.drop_index("ix_records_record", "records")
    op.create_index("records_by_record", "records", ["record", "erased", "superseded_by"])
