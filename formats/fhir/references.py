"""FHIR references in all their forms: relative, absolute, versioned, `urn:`, contained, conditional and logical."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

LITERAL = re.compile(
    r"(?:(?P<base>https?://[^\s?#]+)/|/)?(?P<kind>[A-Z][A-Za-z]+)/(?P<id>[^\s/?#]+)"
    r"(?:/_history/[^\s/?#]+)?(?:#.*)?"
)
"""A literal reference; ids may have characters that R4 does not allow, since sources have them."""
TYPE_IN_PATH = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)(?:[/?].*)?")
CONDITIONAL = re.compile(r"(?:https?://[^\s?#]+/|/)?(?P<kind>[A-Z][A-Za-z]+)\?(?P<query>.*)")


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference names. Of its members only those that the form of the reference has are not empty: the server's
    `base`, `kind` and `id` of a literal; a `urn`, or another text that is none of the forms, in lower case; a local id
    (`contained`); an `identifier`, `system|value`.
    """

    kind: str = ""
    id: str = ""
    base: str = ""
    urn: str = ""
    contained: str = ""
    identifier: str = ""


def target_of(reference: Mapping[str, Any]) -> Target:
    """What a Reference names; an empty Target if it names nothing that can be read."""
    text, kind = reference.get("reference"), reference.get("type")
    kind = kind.rpartition("/")[2] if isinstance(kind, str) else ""
    if not isinstance(text, str) or not text:
        return Target(kind, identifier=identifier_of(reference.get("identifier")))
    if text.startswith("#"):
        return Target(kind, contained=text[1:])
    if literal := LITERAL.fullmatch(text):
        return Target(literal["kind"], literal["id"], literal["base"] or "")
    if conditional := CONDITIONAL.fullmatch(text):
        return Target(conditional["kind"], identifier=_searched(conditional["query"]))
    in_path = TYPE_IN_PATH.fullmatch(text)
    return Target(in_path[1] if in_path else kind, urn=text.lower())


def _searched(query: str) -> str:
    """The identifier that a conditional reference searches for; empty if it searches for something else."""
    name, _, value = query.partition("=")
    return unquote(value) if name == "identifier" and "&" not in value else ""


def identifier_of(identifier: Any) -> str:
    """An Identifier as `system|value`; empty without a value."""
    if not isinstance(identifier, dict) or not isinstance(identifier.get("value"), str):
        return ""
    return f"{identifier.get('system') or ''}|{identifier['value']}"


def identifiers_of(resource: Mapping[str, Any]) -> frozenset[str]:
    """The identifiers of a resource, each as `system|value`."""
    listed = resource.get("identifier")
    return frozenset(map(identifier_of, listed if isinstance(listed, list) else [listed])) - {""}


def contained_in(resource: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The contained resources by their local id."""
    listed = resource.get("contained")
    return {str(one.get("id")): one for one in listed if isinstance(one, dict)} if isinstance(listed, list) else {}


def references_in(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every Reference in a resource, with the name of the element that it is in."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        name, part = waiting.pop()
        if isinstance(part, list):
            waiting += ((name, item) for item in part)
        elif isinstance(part, dict):
            waiting += part.items()
            if is_reference(part):
                yield name, part


def is_reference(value: Mapping[str, Any]) -> bool:
    """True if an object is a Reference: it has `reference`, or an Identifier and nothing that a Reference has not."""
    if isinstance(value.get("reference"), str):
        return True
    return isinstance(value.get("identifier"), dict) and value.keys() <= {
        *("id", "extension", "reference", "type", "identifier", "display", "_display", "_type"),
    }
