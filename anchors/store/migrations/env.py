"""What Alembic runs to reach the database: the connection it was handed, inside that one's transaction."""

from __future__ import annotations

from alembic import context

from mydata_ledger.anchors.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
