"""Names in a Consent, resolved to names of this ledger: its own identifiers, contained resources, then the caller's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mydata_ledger.services.health.formats.consents import codes

Resolve = Callable[[str], str | None]
PATTERNS = {
    codes.GRANTEE: re.compile("0x[0-9a-fA-F]{40}|role:[a-z0-9-]{1,64}"),
    codes.RECORD: re.compile("0x[0-9a-fA-F]{64}"),
}


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves names of one kind.

    `system` is this ledger's identifier system for them, `contained` has the names of each contained resource by its
    `#id`, and `others` resolves what the caller knows.
    """

    system: str
    contained: Mapping[str, list[str]]
    others: Resolve

    def all(self, names: list[str]) -> set[str]:
        """Everything that these names of one thing resolve to; more than one means that they contradict each other."""
        aliases = [*names, *(inner for name in names for inner in self.contained.get(name, ()))]
        return {resolved for name in aliases if (resolved := self._resolve(name)) is not None}

    def _resolve(self, name: str) -> str | None:
        if not name.startswith(f"{self.system}|"):
            return self.others(name)
        own = name.removeprefix(f"{self.system}|")
        return own if PATTERNS[self.system].fullmatch(own) else None


def contained_names(resource: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names, `system|value`, of every contained resource with an id, by `#id`."""
    inner = resource.get("contained")
    resources = [item for item in inner if isinstance(item, Mapping)] if isinstance(inner, list) else []
    return {f"#{item['id']}": _names(item) for item in resources if isinstance(item.get("id"), str)}


def _names(resource: Mapping[str, Any]) -> list[str]:
    listed = resource.get("identifier")
    identifiers = listed if isinstance(listed, list) else [listed]
    return [
        f"{one.get('system', '')}|{one['value']}"
        for one in identifiers
        if isinstance(one, Mapping) and isinstance(one.get("value"), str)
    ]
