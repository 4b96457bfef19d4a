"""Schema migrations with Alembic. A released revision is never changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, to: str = "head") -> None:
    """Migrate to a revision in the caller's transaction: all steps or none."""
    from alembic import command  # noqa: PLC0415 - costs a third of a second, only where a migration is needed

    command.upgrade(_config(connection), to)


def revisions() -> list[str]:
    """All revisions, oldest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return [step.revision for step in steps][::-1]


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    return Config(attributes={"connection": connection}, config_args={"script_location": str(FOLDER)})
