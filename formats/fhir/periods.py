"""The period that a FHIR resource is about: UTC seconds, end exclusive; (0, 0) if it does not say."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Any

PERIODS = ("period", "effectivePeriod", "performedPeriod", "occurrencePeriod", "billablePeriod", "onsetPeriod")
MOMENTS = (
    "effectiveDateTime",
    "effectiveInstant",
    "performedDateTime",
    "occurrenceDateTime",
    "onsetDateTime",
    "started",
    "startDate",
    "start",
    "authoredOn",
    "dateAsserted",
    "issued",
    "recordedDate",
    "recorded",
    "dateTime",
    "date",
    "created",
    "sent",
)
MOMENT = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def period_of(resource: dict[str, Any]) -> tuple[int, int]:
    """The first readable date of a resource; a date covers the span of its precision. A period that began before 1970
    is unknown, since signed statements count from 1970.
    """
    start, end = _stated_period(resource)
    return (start, end) if start >= 0 and end >= 0 else (0, 0)


def _stated_period(resource: dict[str, Any]) -> tuple[int, int]:
    for name in PERIODS:
        period = resource.get(name)
        if isinstance(period, dict) and (span := _between(period.get("start"), period.get("end"))):
            return span
    for name in MOMENTS:
        if span := span_of(resource.get(name)):
            return span
    return 0, 0


def _between(start: Any, end: Any) -> tuple[int, int] | None:
    first, last = span_of(start), span_of(end)
    if first and last:
        return (first[0], last[1]) if first[0] < last[1] else first
    if first:
        return first[0], 0
    return (0, last[1]) if last else None


def span_of(text: Any) -> tuple[int, int] | None:
    """The seconds that a FHIR date, dateTime or instant covers, by its precision; negative before 1970. None if it is
    none of them.
    """
    matched = MOMENT.fullmatch(text) if isinstance(text, str) else None
    if not matched:
        return None
    try:
        start, length = _start(matched), _length(matched)
    except (ValueError, OverflowError):
        return None
    first = int((start - EPOCH).total_seconds())
    return first, first + int(length.total_seconds())


def _start(matched: re.Match[str]) -> datetime:
    year, month, day, clock, second, zone = matched.groups()
    offset = "+00:00" if zone in {None, "Z"} else zone
    return datetime.fromisoformat(
        f"{year}-{month or '01'}-{day or '01'}T{clock or '00:00'}:{'59' if second == '60' else second or '00'}{offset}"
    )


def _length(matched: re.Match[str]) -> timedelta:
    year, month, day, clock, second, _ = matched.groups()
    if clock:
        return timedelta(seconds=1 if second else 60)
    if day:
        return timedelta(days=1)
    if month:
        return timedelta(days=calendar.monthrange(int(year), int(month))[1])
    return timedelta(days=366 if calendar.isleap(int(year)) else 365)
