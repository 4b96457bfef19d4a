"""Readers of FHIR JSON elements that tolerate any JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mydata_ledger.formats.fhir.periods import span_of
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput
from mydata_ledger.services.health.formats.consents.rules import ALWAYS, Span

OF_PERIODS = {"id", "extension", "start", "end"}


def members(element: Mapping[str, Any], name: str, path: str) -> list[Any]:
    """The items of a repeating element; a single object counts as a list of one."""
    element_value = element.get(name, [])
    if isinstance(element_value, list):
        return element_value
    if isinstance(element_value, Mapping):
        return [element_value]
    raise MalformedInput(f"`{path}.{name}` must be a list of objects")


def codings_in(concepts: Any) -> Iterator[tuple[str, str]]:
    """System and code of codings, and of the codings inside codeable concepts."""
    for concept in concepts if isinstance(concepts, list) else [concepts]:
        if not isinstance(concept, Mapping):
            continue
        inner = concept.get("coding")
        for coding in inner if isinstance(inner, list) else [concept]:
            if isinstance(coding, Mapping) and isinstance(coding.get("code"), str):
                yield str(coding.get("system", "")), coding["code"]


def url_of(extension: Any) -> str:
    """The URL of an extension; empty if it has none."""
    return str(extension.get("url", "")) if isinstance(extension, Mapping) else ""


def names_in(reference: Any) -> list[str]:
    """The names that a reference gives: the literal reference, and `system|value` of its identifier."""
    if not isinstance(reference, Mapping):
        return []
    literal, identifier = reference.get("reference"), reference.get("identifier")
    names = [literal] if isinstance(literal, str) and literal else []
    if isinstance(identifier, Mapping) and isinstance(identifier.get("value"), str):
        names.append(f"{identifier.get('system', '')}|{identifier['value']}")
    return names


def period_of(period: Any, path: str) -> Span:
    """[start, end) of a FHIR Period, whose end includes all of its own precision. Raises MalformedInput, and
    InvalidStatement for one that ends before it starts (per-1).
    """
    if period is None:
        return ALWAYS
    if not isinstance(period, Mapping):
        raise MalformedInput(f"`{path}` is no period")
    unknown = [n for n in period if n not in OF_PERIODS and not (n.startswith("_") and n[1:] in period)]
    if unknown or (period and not period.keys() & {"start", "end"}):
        raise MalformedInput(f"`{path}` is a period with a start, an end or both, and nothing else")
    start, end = (span_of(period[name]) if name in period else None for name in ("start", "end"))
    if ("start" in period and start is None) or ("end" in period and end is None):
        raise MalformedInput(f"`{path}` has a date that cannot be read")
    if start and end and start[0] >= end[1]:
        raise InvalidStatement(f"`{path}` ends before it starts; ask its author which is meant")
    return (start[0] if start else ALWAYS[0]), (end[1] if end else ALWAYS[1])
