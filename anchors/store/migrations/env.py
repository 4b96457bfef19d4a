"""Alembic's environment: it runs on the given connection, inside its open transaction."""

from __future__ import annotations

from alembic import context

from mydata_ledger.anchors.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
