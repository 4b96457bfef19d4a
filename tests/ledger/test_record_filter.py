"""Which records a filter wants, against a definition that counts seconds one by one."""

from hypothesis import given
from hypothesis import strategies as some

from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.record_filter import RecordFilter

CATEGORIES = ["health", "health.lab", "health.lab.blood", "health.labels", "finance"]
SECONDS = some.integers(-3, 12)
BOUNDS = some.none() | SECONDS
HOLDERS = ["0xAa", "0xBb"]


@some.composite
def issues(draw):
    start = draw(SECONDS)
    has_period = draw(some.booleans())
    end = draw(some.integers(start + 1, 15).filter(bool)) if has_period else 0
    period = (start, end) if has_period else (0, 0)
    of = draw(some.sampled_from(CATEGORIES)), *period
    return Issue(b"r", b"p", draw(some.sampled_from(HOLDERS)), *of, b"", "", b"", draw(some.integers(0, 12)), b"")


def wanted(one, category, holder, since, until):
    """Some second of the record is neither before `since` nor at or after `until`."""
    seconds = range(one.data_from, one.data_until) if one.data_until else [one.issued_at]
    within = [n for n in seconds if (since is None or n >= since) and (until is None or n < until)]
    names = one.category.split(".")
    above = {".".join(names[: n + 1]) for n in range(len(names))} | {"*"}
    return bool(within) and category in above and holder in ("", one.holder)


@given(issues(), some.sampled_from(["*", *CATEGORIES]), some.sampled_from(["", *HOLDERS]), BOUNDS, BOUNDS)
def test_a_filter_wants_exactly_the_records_with_a_second_in_its_time(one, category, holder, since, until):
    assert RecordFilter(category, holder, since, until).wants(one) == wanted(one, category, holder, since, until)
