"""Dates and times in all forms, and days of places whose clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.formats.dates import SEOUL, Span, day_of, days_of, read_span, span_of_day, zone_of
from mydata_ledger.formats.fhir.periods import span_of
from mydata_ledger.ledger.errors import LedgerError, MalformedInput

BERLIN, SANTIAGO, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Santiago"), ZoneInfo("Pacific/Apia")
ZONES = some.sampled_from(
    [UTC, SEOUL, BERLIN, SANTIAGO, APIA, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/Sao_Paulo")]
)
MOMENTS = some.integers(86_400 * 366, 2_100_000_000)
NOON = int(datetime(2026, 11, 29, 3, tzinfo=UTC).timestamp())
DAY = Span(
    int(datetime(2026, 11, 28, 15, tzinfo=UTC).timestamp()), int(datetime(2026, 11, 29, 15, tzinfo=UTC).timestamp())
)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-29",
        "20261129",
        "2026.11.29",
        "2026.11.29.",
        "2026. 11. 29",
        "2026/11/29",
        "2026년 11월 29일",
        "2026년11월29일",
    ],
)
def test_a_day_in_seoul(text):
    assert read_span(text, SEOUL) == DAY


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2026-11-29T12:00:00", 1),
        ("2026-11-29 12:00:00.123", 1),
        ("2026-11-29T12:00", 60),
        ("2026-11-29T12:00:00+09:00", 1),
        ("2026-11-29T03:00:00Z", 1),
        ("20261129120000", 1),
        ("202611291200", 60),
        ("20261129120000+0900", 1),
        ("20261129T120000", 1),
        ("20261129120000.5", 1),
        ("2026.11.29 12:00", 60),
        ("2026/11/29 12:00:00", 1),
        ("2026년 11월 29일 오후 12시", 3_600),
        ("2026년 11월 29일 오후 12:00", 60),
        ("2026년 11월 29일 오후 12시 0분", 60),
    ],
)
def test_noon_in_seoul(text, length):
    assert read_span(text, SEOUL) == Span(NOON, NOON + length)


@pytest.mark.parametrize(("text", "hour"), [("오전 12시", 0), ("오전 9시", 9), ("오후 3시", 15), ("오후 11시", 23)])
def test_halves_of_the_day(text, hour):
    assert read_span(f"2026년 11월 29일 {text}", SEOUL).start == DAY.start + hour * 3_600


def test_a_year_and_a_month_are_as_long_as_they_are():
    assert read_span("2024").end - read_span("2024").start == 366 * 86_400
    assert read_span("2026-02").end - read_span("2026-02").start == 28 * 86_400
    assert read_span("202602") == read_span("2026-02")
    assert read_span("2026년 2월") == read_span("2026-02")


def test_midnight_at_the_end_and_a_leap_second_are_read():
    assert read_span("2026-11-29T24:00:00", SEOUL).start == DAY.end
    assert read_span("2016-12-31T23:59:60Z").start == read_span("2016-12-31T23:59:59Z").start


@pytest.mark.parametrize(
    "text",
    [
        *("", "today", "29.11.2026", "11/29/2026", "26-11-29", "261129", "2026-13-01", "2026-02-29", "2026-11-31"),
        *(
            "2026-11-29T25:00",
            "2026-11-29T12:60",
            "2026-11-29T12",
            "0000-01-01",
            "9999-01-01",
            "1849",
            "2026-11-29T24:01",
        ),
        *(
            "2026년 13월 1일",
            "2026년 11월 29일 오후 13시",
            "2026-11-29T12:00:00+25:00",
            "2026-11-29\n2026",
            "\uff12026-11-29",
        ),
        *("2026-11-29T12:00:61", "2026-11-29T24:01"),
        "2" * 10_000,
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(MalformedInput):
        read_span(text, SEOUL)


def test_a_time_that_was_left_out_or_came_twice_is_refused_unless_the_caller_chooses():
    with pytest.raises(MalformedInput, match="left out"):
        read_span("2026-03-29T02:30", BERLIN)
    with pytest.raises(MalformedInput, match="twice"):
        read_span("2026-10-25T02:30", BERLIN)
    first, second = (read_span("2026-10-25T02:30", BERLIN, later=later).start for later in (False, True))
    assert second - first == 3_600
    assert read_span("2026-10-25T02:30+01:00", BERLIN).start == second


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (SEOUL, date(2026, 3, 29), 24),
        (SEOUL, date(1988, 5, 8), 23),
        (SANTIAGO, date(2024, 9, 8), 23),
    ],
)
def test_a_day_has_as_many_hours_as_its_clocks_made(zone, day, hours):
    span = span_of_day(day, zone)
    assert span.end - span.start == hours * 3_600


def test_a_day_that_a_place_left_out_is_empty():
    assert span_of_day(date(2011, 12, 30), APIA).start == span_of_day(date(2011, 12, 30), APIA).end


@given(ZONES, some.dates(date(1900, 1, 1), date(2099, 12, 30)))
def test_days_follow_one_another_without_gap_and_hold_their_own_seconds(zone, day):
    days = [span_of_day(day + timedelta(days=count), zone) for count in range(2)]
    assert days[0].end == days[1].start
    for span in days[:1]:
        if span.start < span.end:
            assert {day_of(span.start, zone), day_of(span.end - 1, zone)} == {day}
            assert day_of(span.start - 1, zone) < day


@given(ZONES, some.integers(0, 4 * 10**9), some.integers(1, 10 * 86_400))
def test_a_span_is_cut_at_its_midnights(zone, start, length):
    parts = list(days_of(Span(start, start + length), zone))
    assert (parts[0][1].start, parts[-1][1].end) == (start, start + length)
    assert all(one.end == other.start for (_, one), (_, other) in pairwise(parts))
    assert all(day_of(second, zone) == day for day, span in parts for second in (span.start, span.end - 1))


@given(ZONES, MOMENTS)
def test_a_moment_that_was_written_comes_back(zone, at_time):
    local = datetime.fromtimestamp(at_time, zone)
    for form in ("%Y-%m-%dT%H:%M:%S%z", "%Y%m%d%H%M%S%z"):
        if (local.utcoffset() or timedelta()).seconds % 60 == 0:
            assert read_span(local.strftime(form)).start == at_time
    read = {later: _start(f"{local:%Y-%m-%d %H:%M:%S}", zone, later) for later in (None, False, True)}
    assert read[bool(local.fold)] == at_time
    assert read[None] in {at_time, None}


def _start(text, zone, later):
    try:
        return read_span(text, zone, later=later).start
    except MalformedInput:
        return None


@given(some.from_regex(r"(19|20)\d\d(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?)?)?", fullmatch=True))
def test_fhir_dates_are_read_as_the_health_service_reads_them(text):
    try:
        found = read_span(text)
    except LedgerError:
        found = None
    other = span_of(text)
    if other is None or text[11:13] == "24" or "+24" in text:
        return
    assert found is not None
    assert (found.start, found.end) == other


@given(some.text(some.sampled_from("0123456789-./: TZ+년월일오전후시분"), max_size=25), ZONES)
def test_any_text_is_a_span_or_is_refused(text, zone):
    try:
        span = read_span(text, zone)
    except MalformedInput:
        return
    assert span.start <= span.end


def test_zones_have_their_names():
    assert zone_of("Asia/Seoul") == SEOUL
    for name in (
        "",
        "../etc/passwd",
        "/etc/localtime",
        "Asia/Nowhere",
        "Asia",
        "x" * 300,
        "posix/../x",
        "Asia/Seoul\0",
    ):
        with pytest.raises(MalformedInput):
            zone_of(name)
