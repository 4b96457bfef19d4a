"""Times in the reader's zone and words, as web/verify/times.js writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

LAST = 253_370_764_800
"""The second after the last one that is shown as a date: 9999-01-01, UTC."""
TIMES = ("at", "decided")
"""Names of the values of a sentence that are times."""


def _day(moment: datetime, months: list[str], language: str) -> str:
    if language == "ko":
        return f"{moment.year}년 {moment.month}월 {moment.day}일"
    return f"{moment.day} {months[moment.month - 1]} {moment.year}"


def _local(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC).astimezone() if seconds < LAST else None


def time_text(seconds: int, months: list[str], language: str) -> str:
    """A time (UTC seconds) as date and time of day in this machine's zone; its digits if no calendar has it."""
    moment = _local(seconds)
    if moment is None:
        return str(seconds)
    return f"{_day(moment, months, language)}{' ' if language == 'ko' else ', '}{moment:%H:%M:%S}"


def with_times(values: Mapping[str, object], months: list[str], language: str) -> dict[str, object]:
    """The values of a sentence with its times as text: of `decided` and `at` on one day, `at` is the time of day."""
    times = {name: value for name in TIMES if isinstance(value := values.get(name), int)}
    texts: dict[str, object] = {name: time_text(value, months, language) for name, value in times.items()}
    moments = [moment for value in times.values() if (moment := _local(value))]
    if len(moments) == len(TIMES) and moments[0].date() == moments[1].date():
        texts["at"] = f"{moments[0]:%H:%M:%S}"
    return {**values, **texts}


def zone_name() -> str:
    """The zone of this machine as it is now, such as `KST, UTC+09:00`."""
    now = datetime.now(UTC).astimezone()
    offset = now.strftime("%z")
    return f"{now.tzname()}, UTC{offset[:3]}:{offset[3:5]}"
