"""From the tables an earlier program made to those of this one; each step is never changed once it was released."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables there in the transaction the caller began: all steps, or none of them."""
    command.upgrade(_config(connection), to)


def revisions() -> list[str]:
    """Every version there ever was, oldest first."""
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return [step.revision for step in steps][::-1]


def _config(connection: Connection | None = None) -> Config:
    return Config(attributes={"connection": connection}, config_args={"script_location": str(FOLDER)})
