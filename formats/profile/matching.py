"""Matching by plain comparison: a criterion that nothing visible says anything about is not met."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from mydata_ledger.formats import units
from mydata_ledger.formats.codes import LOINC, Coding
from mydata_ledger.formats.dates import read_span
from mydata_ledger.formats.profile.facts import Fact, FactKind
from mydata_ledger.ledger.errors import MalformedInput

COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on the latest value of a LOINC code; `comparator` is one of `<`, `<=`, `>`, `>=`, `unit` a UCUM code."""

    code: str
    comparator: str
    number: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a person must have, all of it. Ages are in full years, both included, at the time of the question in UTC."""

    condition: Coding
    sex: str = ""
    least_age: int | None = None
    most_age: int | None = None
    limit: Limit | None = None


def matches(facts: Sequence[Fact], criteria: Criteria, at_time: int) -> bool:
    """Whether the visible facts of a person meet the criteria at a time (UTC seconds). Unknown is not met."""
    has_condition = any(
        (fact.system, fact.code) == (criteria.condition.system, criteria.condition.code)
        for fact in facts
        if fact.kind is FactKind.CONDITION
    )
    return (
        has_condition
        and _has_sex(facts, criteria.sex)
        and _has_age(facts, criteria, at_time)
        and (criteria.limit is None or _keeps(facts, criteria.limit))
    )


def ages(birth: str, at_time: int) -> tuple[int, int]:
    """The least and the greatest age in full years that a date of birth allows: it may be a year or a month."""
    span, today = read_span(birth), datetime.fromtimestamp(at_time, UTC).date()
    first, last = (datetime.fromtimestamp(second, UTC).date() for second in (span.start, span.end - 1))
    return _years(last, today), _years(first, today)


def _years(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _has_sex(facts: Sequence[Fact], sex: str) -> bool:
    return not sex or _only(facts, FactKind.SEX) == sex


def _has_age(facts: Sequence[Fact], criteria: Criteria, at_time: int) -> bool:
    if criteria.least_age is None and criteria.most_age is None:
        return True
    if not (birth := _only(facts, FactKind.BIRTH)):
        return False
    least, most = ages(birth, at_time)
    return (criteria.least_age is None or criteria.least_age <= least) and (
        criteria.most_age is None or most <= criteria.most_age
    )


def _only(facts: Sequence[Fact], kind: FactKind) -> str:
    """What the facts of a kind agree on; empty if there are none, or several that differ."""
    texts = {fact.text for fact in facts if fact.kind is kind}
    return texts.pop() if len(texts) == 1 else ""


def _keeps(facts: Sequence[Fact], limit: Limit) -> bool:
    return any(
        _within(fact, limit)
        for fact in facts
        if fact.kind is FactKind.VALUE and (fact.system, fact.code) == (LOINC, limit.code)
    )


def _within(fact: Fact, limit: Limit) -> bool:
    """Whether a value is within a limit; a bound, and a value of another kind of unit, is unknown."""
    if fact.number is None or fact.comparator or not (fact.unit and limit.unit):
        return False
    try:
        number = units.convert(fact.number, fact.unit, limit.unit)
    except MalformedInput:
        return False
    return number is not None and bool(COMPARISONS[limit.comparator](number, limit.number))
