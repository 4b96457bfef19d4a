"""Measured values of observations, and the latest of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from mydata_ledger.formats import units
from mydata_ledger.formats.codes import LOINC, Coding, codings_of, is_code
from mydata_ledger.formats.fhir.periods import period_of
from mydata_ledger.formats.fhir.selecting import elements
from mydata_ledger.ledger.errors import MalformedInput

COMPARATORS = ("<", "<=", ">", ">=", "ad")
MOST_COMPONENTS, MAX_LABEL, MAX_DIGITS = 50, 120, 40


@dataclass(frozen=True, slots=True)
class Measured:
    """What an observation says about one LOINC code; without `number` it says something that is no number.

    `at_time` is in UTC seconds, `source` the id of its record.
    """

    code: str
    label: str
    number: Decimal | None
    unit: str
    comparator: str
    at_time: int
    source: bytes


def measured(observation: dict[str, Any], source: bytes) -> Iterator[Measured]:
    """The values of an observation and of its components. One without a date is none, since it cannot be the latest."""
    at_time = period_of(observation)[0]
    if not at_time:
        return
    components = [one for one in elements(observation, "component") if isinstance(one, dict)]
    for part in [observation, *components[:MOST_COMPONENTS]]:
        value = elements(observation, "value")[:1] if part is observation else _value_of(part)
        for coding in codings_of(part.get("code")) if value else ():
            if coding.system == LOINC and is_code(coding):
                yield Measured(coding.code, _label(part, coding), *_quantity(value[0]), at_time, source)


def latest(values: Sequence[Measured]) -> Measured | None:
    """The newest value; None if it is no number, or if two of one time differ."""
    last = max(value.at_time for value in values)
    newest = [value for value in values if value.at_time == last]
    stated = {(value.number, value.unit, value.comparator) for value in newest}
    return newest[0] if len(stated) == 1 and newest[0].number is not None else None


def _value_of(component: dict[str, Any]) -> list[Any]:
    """The value of a component, whatever its type."""
    return [part for name, part in component.items() if name.startswith("value")][:1]


def _quantity(value: Any) -> tuple[Decimal | None, str, str]:
    """Number, unit and comparator of a Quantity; no number for any other value, and for a unit that is not read."""
    if not isinstance(value, dict):
        return None, "", ""
    number, comparator = _number(value.get("value")), value.get("comparator", "")
    unit = _unit(value)
    if number is None or unit is None or comparator not in ("", *COMPARATORS):
        return None, "", ""
    return number, unit, str(comparator)


def _number(value: Any) -> Decimal | None:
    """A JSON number with all its digits; a text is none."""
    if isinstance(value, bool) or value is None or (isinstance(value, str) and type(value) is str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and len(str(number)) <= MAX_DIGITS else None


def _unit(quantity: dict[str, Any]) -> str | None:
    """The UCUM unit of a Quantity; empty for none, None for one that is not read."""
    stated = [text for name in ("code", "unit") if isinstance(text := quantity.get(name), str) and text.strip()]
    for text in stated:
        try:
            return units.normal(text)
        except MalformedInput:
            continue
    return None if stated else ""


def _label(part: dict[str, Any], coding: Coding) -> str:
    concept = part.get("code")
    texts = [one.get("display") for one in _codings(concept) if one.get("code") == coding.code]
    texts.append(concept.get("text") if isinstance(concept, dict) else None)
    return next((text[:MAX_LABEL] for text in texts if isinstance(text, str) and text), "")


def _codings(concept: Any) -> list[dict[str, Any]]:
    listed = concept.get("coding") if isinstance(concept, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
