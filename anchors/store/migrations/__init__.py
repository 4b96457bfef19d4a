"""Schema migrations with Alembic. A released revision is never changed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Connection

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, to: str = "head") -> None:
    """Migrate to a revision in the caller's transaction: all steps or none."""
    # alembic takes 0.2 s to load, and only a migration needs it
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection}, config_args={"script_location": str(FOLDER)})
    command.upgrade(config, to)
