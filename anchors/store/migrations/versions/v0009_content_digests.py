"""Digests of content, by which equal records of one person are recognised. Records from before have none until
`mydata keystore digests` makes them.
"""

from __future__ import annotations

from alembic import op

from mydata_ledger.anchors.store.digest_table import CONTENT_DIGESTS

revision = "0009"
down_revision = "0007"


def upgrade() -> None:
    """Create the table and its indexes."""
    CONTENT_DIGESTS.create(op.get_bind())
