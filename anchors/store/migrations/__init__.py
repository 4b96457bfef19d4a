"""Schema migrations with Alembic. A released revision is never changed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.item_seal import ItemSeal

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, to: str = "head", seal: ItemSeal | None = None) -> None:
    """Migrate to a revision in the caller's transaction: all steps or none. `seal` is for work items in clear."""
    # alembic takes 0.2 s to load, and only a migration needs it
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection, "seal": seal}, config_args={"script_location": str(FOLDER)})
    command.upgrade(config, to)
