"""Which of several contents of one resource in a file is its present one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mydata_ledger.formats.fhir.containers import FoundResource, Part, UnusablePart
from mydata_ledger.formats.fhir.references import LITERAL

AGAIN, OLDER, GONE = (
    "stands in the file twice",
    "an older version of a resource in this file",
    "was deleted at its source",
)
CONTRADICTS = "another content in this file has its type and id, and neither has a newer `meta.lastUpdated`"


def present_versions(parts: Sequence[Part]) -> list[Part]:
    """The parts of a file, where each older, repeated, deleted or contradicting content is an UnusablePart.

    A history is sorted with the newest version first (R4 §3.1.0.9). Elsewhere `meta.lastUpdated` and then
    `meta.versionId` tell; if they do not, both contents are refused, since either may be the wrong one.
    """
    result, by_name = list(parts), defaultdict(list)
    for index, part in enumerate(parts):
        if name := _name(part):
            by_name[name].append(index)
    for indexes in by_name.values():
        for index, reason in _outdated([parts[index] for index in indexes], indexes).items():
            part = parts[index]
            result[index] = UnusablePart(part.place, part.kind, reason, part.raw, refused=reason is CONTRADICTS)
    return result


def _name(part: Part) -> str:
    """`Type/id` of a part; empty if it has no id."""
    if isinstance(part, UnusablePart):
        literal = LITERAL.fullmatch(part.deleted)
        return f"{literal['kind']}/{literal['id']}" if literal else ""
    return f"{part.kind}/{part.resource['id']}" if isinstance(part.resource.get("id"), str) else ""


def _outdated(parts: Sequence[Part], indexes: Sequence[int]) -> dict[int, str]:
    found = [(part, index) for part, index in zip(parts, indexes, strict=True) if isinstance(part, FoundResource)]
    if len(found) < 2 and len(found) == len(parts):
        return {}
    gone = [index for part, index in zip(parts, indexes, strict=True) if isinstance(part, UnusablePart)]
    if gone:
        return {index: GONE for _, index in found if index > gone[0]} | _older([f for f in found if f[1] < gone[0]])
    return _older(found)


def _older(found: Sequence[tuple[FoundResource, int]]) -> dict[int, str]:
    """The reasons against all but the present content, by index."""
    if len(found) < 2:
        return {}
    distinct: list[tuple[FoundResource, int]] = []
    reasons = {}
    for part, index in found:
        if any(part.resource == other.resource for other, _ in distinct):
            reasons[index] = AGAIN
        else:
            distinct.append((part, index))
    newest = newest_of([part for part, _ in distinct])
    for part, index in distinct if len(distinct) > 1 else ():
        if part is not newest:
            reasons[index] = OLDER if newest else CONTRADICTS
    return reasons


def newest_of(contents: Sequence[FoundResource]) -> FoundResource | None:
    """The newest content of one resource by the order of a history, `meta.lastUpdated` or `meta.versionId`; None if
    these do not say.
    """
    if all(one.bundle_type == "history" for one in contents):
        return contents[0]
    for order in (_updated, _number):
        values = [order(one.resource.get("meta")) for one in contents]
        ordered = [value for value in values if value is not None]
        if len(ordered) == len(values) and values.count(max(ordered)) == 1:
            return contents[values.index(max(ordered))]
    return None


def _updated(meta: Any) -> float | None:
    """`meta.lastUpdated` in seconds."""
    try:
        return datetime.fromisoformat(str(meta["lastUpdated"])).timestamp()
    except (ValueError, OverflowError, KeyError, TypeError):
        return None


def _number(meta: Any) -> float | None:
    """`meta.versionId` if it is a number."""
    text = str(meta.get("versionId")) if isinstance(meta, dict) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
