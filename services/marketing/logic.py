"""Numbers about many: what people spend on care, by age and sex, and never about fewer than k."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from ledger.canonical import Digits, read
from ledger.kernel import Computed

BANDS = ((0, 19), (20, 39), (40, 59), (60, 150))
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Group:
    """A group of at least k people: what one of them is billed, in `currency`."""

    name: str
    people: int
    mean: Decimal
    currency: str


@dataclass
class Person:
    """What a computation knows of one person while it runs."""

    band: str = ""
    spent: Decimal = Decimal(0)
    currency: str = ""
    least: int = 1


def spending(bills: Iterable[Computed], identities: Iterable[Computed], least: int, at_year: int) -> list[Group]:
    """Mean billed amount by sex and age band; a group below k is left out as if it were empty.

    k is the largest of `least` and every bound that a consent in the group sets. No totals are given, so that nothing
    left out can be had by subtraction.
    """
    people: dict[bytes, Person] = defaultdict(Person)
    for opened in bills:
        _add_bill(people[opened.data_subject], opened)
    for opened in identities:
        if opened.data_subject in people:
            _add_identity(people[opened.data_subject], opened, at_year)
    groups: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for person in people.values():
        if person.band and person.currency:
            groups[person.band, person.currency].append(person)
    return [_group(*key, members) for key, members in sorted(groups.items()) if _enough(members, least)]


def _enough(members: list[Person], least: int) -> bool:
    return len(members) >= max([least, *(member.least for member in members)])


def _group(name: str, currency: str, members: list[Person]) -> Group:
    mean = sum((member.spent for member in members), Decimal(0)) / len(members)
    return Group(name, len(members), mean.quantize(CENT, ROUND_HALF_EVEN), currency)


def _add_bill(person: Person, opened: Computed) -> None:
    resource: dict[str, Any] = read(opened.content, exact=True)
    total = resource.get("total")
    person.least = max(person.least, opened.least)
    if resource.get("resourceType") == "Claim" and isinstance(total, dict):
        amount, currency = _amount(total.get("value")), total.get("currency") or total.get("code")
        if amount is not None and isinstance(currency, str):
            person.spent, person.currency = person.spent + amount, currency


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, Digits) else None
    except InvalidOperation:
        return None


def _add_identity(person: Person, opened: Computed, at_year: int) -> None:
    resource: dict[str, Any] = read(opened.content)
    birth, sex = str(resource.get("birthDate", "")), str(resource.get("gender", ""))
    person.least = max(person.least, opened.least)
    if resource.get("resourceType") == "Patient" and birth[:4].isdigit() and sex.isalpha():
        age = at_year - int(birth[:4])
        person.band = next((f"{sex} {low}-{high}" for low, high in BANDS if low <= age <= high), "")
