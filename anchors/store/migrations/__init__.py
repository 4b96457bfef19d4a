"""From the tables an earlier program made to those of this one; each step is never changed once it was released."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables there in the transaction the caller began: all steps, or none of them."""
    from alembic import command  # noqa: PLC0415 - a third of a second that an up-to-date database does not cost

    command.upgrade(_config(connection), to)


def revisions() -> list[str]:
    """Every version there ever was, oldest first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return [step.revision for step in steps][::-1]


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    return Config(attributes={"connection": connection}, config_args={"script_location": str(FOLDER)})
