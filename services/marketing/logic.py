"""Group statistics: people by age and sex, and what they are billed for care; never about fewer than k people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from mydata_ledger.ledger.canonical import Digits, read
from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.kernel import Figure, OpenedRecord

IDENTITY, BILLS = "health.identity", "health.claim"
BANDS = ((0, 19), (20, 39), (40, 59), (60, 150))
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class SpendingGroup:
    """A group of people. `mean` is the mean bill of a person in `currency`; None if too few have bills in one.

    `members` and `billed` have, by person, what went into the count and into the mean; `least` is the smallest group
    size that everyone in it accepted.
    """

    name: str
    mean: Decimal | None
    currency: str
    members: dict[bytes, bytes]
    billed: dict[bytes, bytes]
    least: int

    @property
    def people(self) -> int:
        """The number of people."""
        return len(self.members)


@dataclass
class PersonSpending:
    """One person during a computation; `least` is the smallest group they accepted."""

    band: str = ""
    spent: dict[str, Decimal] = field(default_factory=dict)
    least: int = 1


Members = dict[bytes, PersonSpending]


def segments(records: Iterable[OpenedRecord], least: int, year: int) -> list[SpendingGroup]:
    """People by sex and age band, from records of `IDENTITY` and `BILLS` in any order.

    A group of fewer than k is left out as if it were empty.
    k is the largest of `least` and every limit of a consent in the group. There are no totals, so that nothing left out
    can be derived by subtraction.
    """
    people: dict[bytes, PersonSpending] = defaultdict(PersonSpending)
    for opened in records:
        person = people[opened.data_subject]
        person.least = max(person.least, opened.least)
        if category_covers(IDENTITY, opened.category):
            _add_identity(person, opened, year)
        else:
            _add_bill(person, opened)
    groups: dict[str, Members] = defaultdict(dict)
    for data_subject, person in people.items():
        if person.band:
            groups[person.band][data_subject] = person
    spending_groups = (
        _group(name, members, _smallest_group(members, least)) for name, members in sorted(groups.items())
    )
    return [group for group in spending_groups if group.people >= group.least]


def figures(group: SpendingGroup) -> tuple[Figure, Figure]:
    """The two published figures of a group, with what went into them."""
    name = f"marketing segment {group.name}"
    mean = Figure(f"{name} mean {group.currency}", group.billed, group.least)
    return Figure(f"{name} people", group.members, group.least), mean


def _smallest_group(members: Members, least: int) -> int:
    return max([least, *(member.least for member in members.values())])


def _group(name: str, members: Members, least: int) -> SpendingGroup:
    everyone = dict.fromkeys(members, b"")
    for currency in sorted({currency for member in members.values() for currency in member.spent}):
        billed = {
            data_subject: member.spent[currency] for data_subject, member in members.items() if currency in member.spent
        }
        if len(billed) >= least:
            mean = sum(billed.values(), Decimal(0)) / len(billed)
            parts = {data_subject: str(amount.normalize()).encode() for data_subject, amount in billed.items()}
            return SpendingGroup(name, mean.quantize(CENT, ROUND_HALF_EVEN), currency, everyone, parts, least)
    return SpendingGroup(name, None, "", everyone, {}, least)


def _add_identity(person: PersonSpending, opened: OpenedRecord, year: int) -> None:
    resource = read(opened.content)
    birth, sex = str(resource.get("birthDate", "")), str(resource.get("gender", ""))
    if resource.get("resourceType") == "Patient" and birth[:4].isdigit() and sex.isalpha():
        age = year - int(birth[:4])
        person.band = next((f"{sex} {low}-{high}" for low, high in BANDS if low <= age <= high), "")


def _add_bill(person: PersonSpending, opened: OpenedRecord) -> None:
    resource = read(opened.content, exact=True)
    total = resource.get("total")
    if resource.get("resourceType") == "Claim" and isinstance(total, dict):
        amount, currency = _amount(total.get("value")), total.get("currency") or total.get("code")
        if amount is not None and isinstance(currency, str):
            person.spent[currency] = person.spent.get(currency, Decimal(0)) + amount


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, Digits) else None
    except InvalidOperation:
        return None
