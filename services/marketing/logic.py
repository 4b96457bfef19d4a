"""Numbers about many: how many people by age and sex, what they are billed for care, and never about fewer than k."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from ledger.canonical import Digits, read
from ledger.kernel import Computed

BANDS = ((0, 19), (20, 39), (40, 59), (60, 150))
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Group:
    """A group of at least k people; `mean` is what one of them is billed in `currency`, None where fewer than k have
    bills in one currency.
    """

    name: str
    people: int
    mean: Decimal | None
    currency: str


@dataclass
class Person:
    """What a computation knows of one person while it runs: `least` is the smallest group they agreed to be in."""

    band: str = ""
    spent: dict[str, Decimal] = field(default_factory=dict)
    least: int = 1


def segments(identities: Iterable[Computed], bills: Iterable[Computed], least: int, year: int) -> list[Group]:
    """People by sex and age band; a group below k is left out as if it were empty.

    k is the largest of `least` and every bound that a consent in the group sets. No totals are given, so that nothing
    left out can be had by subtraction.
    """
    people: dict[bytes, Person] = defaultdict(Person)
    for opened in identities:
        _add_identity(people[opened.data_subject], opened, year)
    for opened in bills:
        _add_bill(people[opened.data_subject], opened)
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in people.values():
        if person.band:
            groups[person.band].append(person)
    return [_group(name, members, least) for name, members in sorted(groups.items()) if _enough(members, least)]


def _enough(members: list[Person], least: int) -> bool:
    return len(members) >= max([least, *(member.least for member in members)])


def _group(name: str, members: list[Person], least: int) -> Group:
    for currency in sorted({currency for member in members for currency in member.spent}):
        billed = [member for member in members if currency in member.spent]
        if _enough(billed, least):
            mean = sum((member.spent[currency] for member in billed), Decimal(0)) / len(billed)
            return Group(name, len(members), mean.quantize(CENT, ROUND_HALF_EVEN), currency)
    return Group(name, len(members), None, "")


def _add_identity(person: Person, opened: Computed, year: int) -> None:
    resource = read(opened.content)
    birth, sex = str(resource.get("birthDate", "")), str(resource.get("gender", ""))
    person.least = max(person.least, opened.least)
    if resource.get("resourceType") == "Patient" and birth[:4].isdigit() and sex.isalpha():
        age = year - int(birth[:4])
        person.band = next((f"{sex} {low}-{high}" for low, high in BANDS if low <= age <= high), "")


def _add_bill(person: Person, opened: Computed) -> None:
    resource = read(opened.content, exact=True)
    total = resource.get("total")
    person.least = max(person.least, opened.least)
    if resource.get("resourceType") == "Claim" and isinstance(total, dict):
        amount, currency = _amount(total.get("value")), total.get("currency") or total.get("code")
        if amount is not None and isinstance(currency, str):
            person.spent[currency] = person.spent.get(currency, Decimal(0)) + amount


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, Digits) else None
    except InvalidOperation:
        return None
