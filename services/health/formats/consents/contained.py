"""Contained resources of a Consent: a `#id` stands for the identifiers of the resource it points to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class ContainedNames:
    """The names, `system
    value`, of each contained resource by its `#id`.
    """

    names: Mapping[str, Sequence[str]]

    def known_to(self, resolve: Resolve) -> Resolve:
        """A resolver that tries the names of a contained resource for a `#id` which `resolve` does not know."""

        def resolve_contained(name: str) -> str | None:
            resolved = resolve(name)
            candidates = (resolve(identifier) for identifier in self.names.get(name, ()))
            return (
                resolved
                if resolved is not None
                else next((candidate for candidate in candidates if candidate is not None), None)
            )

        return resolve_contained


def contained(resource: Mapping[str, Any]) -> ContainedNames:
    """The names of every contained resource with an id."""
    inner = resource.get("contained")
    resources = [item for item in inner if isinstance(item, Mapping)] if isinstance(inner, list) else []
    return ContainedNames({f"#{item['id']}": _names(item) for item in resources if isinstance(item.get("id"), str)})


def _names(resource: Mapping[str, Any]) -> list[str]:
    listed = resource.get("identifier")
    identifiers = listed if isinstance(listed, list) else [listed]
    return [
        f"{one.get('system', '')}|{one['value']}"
        for one in identifiers
        if isinstance(one, Mapping) and isinstance(one.get("value"), str)
    ]
