"""Fields of the settings as environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, field, fields
from typing import Any

from mydata_ledger.scripts.settings.names import PREFIX
from mydata_ledger.scripts.settings.values import Read


def about(read: Read, unit: str, effect: str, **more: str) -> dict[str, Any]:
    """Metadata of a field; `more` may hold its `name` in the environment and, as a phrase, its `default`."""
    return {"read": read, "unit": unit, "effect": effect, **more}


def setting(value: object, read: Read, unit: str, effect: str, *, secret: bool = False, **more: str) -> Any:
    """A field with a default value; `repr` does not show a secret one."""
    return field(default=value, repr=not secret, metadata=about(read, unit, effect, **more))


def variables(settings: type[Any]) -> dict[str, Field[Any]]:
    """The fields of a settings dataclass, by name in the environment."""
    return {one.metadata.get("name", PREFIX + one.name.upper()): one for one in fields(settings)}


def given(settings: type[Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Values of the variables that are set, by name of the field; an empty variable is not set. Raises BadSetting."""
    found = variables(settings).items()
    return {one.name: one.metadata["read"](name, environ[name]) for name, one in found if environ.get(name)}
