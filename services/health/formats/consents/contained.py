"""What a Consent carries inside itself: a `#id` is known by the identifiers of the resource it points to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class ContainedNames:
    """The names, `system|value`, of each contained resource by its `#id`."""

    names: Mapping[str, Sequence[str]]

    def known_to(self, resolve: Resolve) -> Resolve:
        """The same answers, and for a `#id` nobody was told of the first that one of its names has."""

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
    """Everything contained that has an id."""
    inner = resource.get("contained")
    found = [one for one in inner if isinstance(one, Mapping)] if isinstance(inner, list) else []
    return ContainedNames({f"#{one['id']}": _names(one) for one in found if isinstance(one.get("id"), str)})


def _names(resource: Mapping[str, Any]) -> list[str]:
    listed = resource.get("identifier")
    identifiers = listed if isinstance(listed, list) else [listed]
    return [
        f"{one.get('system', '')}|{one['value']}"
        for one in identifiers
        if isinstance(one, Mapping) and isinstance(one.get("value"), str)
    ]
