"""Dates and times as documents write them, as spans of UTC seconds; and days of a place, which last 23 to 25 hours.

A date without a zone is of the place where it was written: callers name that zone. A time that a change of the clocks
left out, or that came twice, is refused, unless the caller says which of the two it is.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mydata_ledger.ledger.errors import MalformedInput

SEOUL = ZoneInfo("Asia/Seoul")
FIRST_YEAR, LAST_YEAR = 1850, 2200
ZONE_NAME = re.compile(r"[A-Za-z]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
OFFSET = r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)"
FORMS = [
    rf"(?P<year>\d{{4}})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:[T ]{CLOCK} ?{OFFSET}?)?)?)?",
    (
        r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)(?:T?(?P<hour>\d\d)(?P<minute>\d\d)"
        rf"(?:(?P<second>\d\d)(?:\.(?P<part>\d{{1,9}}))?)?{OFFSET}?)?)?)?"
    ),
    rf"(?P<year>\d{{4}})[./] ?(?P<month>\d{{1,2}})[./] ?(?P<day>\d{{1,2}})\.?(?: {CLOCK})?",
    (
        r"(?P<year>\d{4})년 ?(?P<month>\d{1,2})월(?: ?(?P<day>\d{1,2})일"
        r"(?: (?P<half>오전|오후) ?(?P<hour>\d{1,2})(?:시 ?(?:(?P<minute>\d{1,2})분)?|:(?P<clock_minute>\d\d)))?)?"
    ),
]
PATTERNS = [re.compile(form, re.ASCII) for form in FORMS]
"""ISO 8601 and FHIR; basic ISO 8601, HL7 v2 and public data; Korean with dots or slashes; Korean in words."""


@dataclass(frozen=True, slots=True)
class Span:
    """UTC seconds from `start` to `end`, which is exclusive. Before 1970 they are negative."""

    start: int
    end: int


def read_span(text: str, zone: tzinfo = UTC, *, later: bool | None = None) -> Span:
    """The time that a text names, as long as its precision: a year, month, day, minute or second.

    Args:
        text: A date or time in one of FORMS, of the years 1850 to 2200.
        zone: The zone of a text that names none.
        later: Which of the two it is, for a time that the end of summer time repeats; by default it is refused.

    Raises:
        MalformedInput: The text has another form, such as a year of two digits or the day before the month; there is no
            such date, or no such time in the zone; or the time came twice.
    """
    matched = (
        next((found for form in PATTERNS if (found := form.fullmatch(text.strip()))), None) if len(text) < 64 else None
    )
    if matched is None:
        raise MalformedInput("not a date or time in a form that is read here: year, month and day, in this order")
    try:
        return _span({name: part for name, part in matched.groupdict().items() if part}, zone, later)
    except (ValueError, OverflowError) as error:
        raise MalformedInput("there is no such date or time") from error


def _span(parts: dict[str, str], zone: tzinfo, later: bool | None) -> Span:
    year, month, day = int(parts["year"]), int(parts.get("month", 1)), int(parts.get("day", 1))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError("the year is out of bounds")
    first = date(year, month, day)
    if "hour" in parts:
        return _of_clock(first, parts, zone, later)
    return Span(_begin_of(first, zone), _begin_of(first + timedelta(days=_days(parts, year, month)), zone))


def _days(parts: dict[str, str], year: int, month: int) -> int:
    """How many days a text covers that has no time."""
    if "day" in parts:
        return 1
    return calendar.monthrange(year, month)[1] if "month" in parts else 365 + calendar.isleap(year)


def _of_clock(day: date, parts: dict[str, str], zone: tzinfo, later: bool | None) -> Span:
    hour, minute = _hour(parts), int(parts.get("minute") or parts.get("clock_minute") or 0)
    second = min(int(parts.get("second", 0)), 59) if parts.get("second") == "60" else int(parts.get("second", 0))
    if (hour, minute, second) == (24, 0, 0):
        day, hour = day + timedelta(days=1), 0
    local = datetime.combine(day, time(hour, minute, second))
    start = _seconds(local, _offset(parts["zone"]) if "zone" in parts else zone, later)
    is_hour = "minute" not in parts and "clock_minute" not in parts
    return Span(start, start + (1 if "second" in parts else 3_600 if is_hour else 60))


def _hour(parts: dict[str, str]) -> int:
    hour = int(parts["hour"])
    if "half" not in parts:
        return hour
    if not 0 <= hour <= 12:
        raise ValueError("an hour of half a day")
    return hour % 12 + (12 if parts["half"] == "오후" else 0)


def _offset(text: str) -> tzinfo:
    return datetime.strptime("+0000" if text == "Z" else text.replace(":", "").ljust(5, "0"), "%z").tzinfo or UTC


def _seconds(local: datetime, zone: tzinfo, later: bool | None) -> int:
    """UTC seconds of a local time. Raises MalformedInput if the zone has none or two of them and `later` is None."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
            raise MalformedInput("this time was left out when the clocks of the zone changed")
        if later is None:
            raise MalformedInput("this time came twice when the clocks of the zone changed")
    return int((second if later else first).timestamp())


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name, such as Asia/Seoul. Raises MalformedInput if there is none."""
    if not ZONE_NAME.fullmatch(name):
        raise MalformedInput("not the name of a time zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise MalformedInput("not the name of a time zone") from error


def day_of(at_time: int, zone: tzinfo) -> date:
    """The date in a place at a moment (UTC seconds)."""
    return datetime.fromtimestamp(at_time, zone).date()


def span_of_day(day: date, zone: tzinfo) -> Span:
    """The seconds of a date in a place: 23, 24 or 25 hours, or what its clocks made of it."""
    return Span(_begin_of(day, zone), _begin_of(day + timedelta(days=1), zone))


def days_of(span: Span, zone: tzinfo) -> Iterator[tuple[date, Span]]:
    """Each date in a place that a span touches, with the part of the span that lies on it."""
    at_time = span.start
    while at_time < span.end:
        day = day_of(at_time, zone)
        end = min(span_of_day(day, zone).end, span.end)
        yield day, Span(at_time, end)
        at_time = end


def _begin_of(day: date, zone: tzinfo) -> int:
    """The first second of a date in a place; where midnight is left out, the first one after it."""
    local = datetime.combine(day, time())
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    is_gap = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local
    if not is_gap:
        return int(first.timestamp())
    low, high = int(second.timestamp()), int(first.timestamp())
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if day_of(middle, zone) >= day else (middle + 1, high)
    return low
