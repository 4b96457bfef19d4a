"""The facts of a profile, and their form as JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson

from mydata_ledger.ledger.derived import Source

FORM = 1


class FactKind(StrEnum):
    """What a fact is about."""

    BIRTH = "birth"
    SEX = "sex"
    CONDITION = "condition"
    MEDICATION = "medication"
    ALLERGY = "allergy"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact, and the ids of the records that it comes from: a question sees it only if it may have all of them.

    `text` is a date of birth (with the precision of its source) or a sex as FHIR codes it; `system` and `code` say what
    a condition, medication, allergy or value is, and `label` is the text beside that code. `number` and `unit` (UCUM;
    empty for none) are of the latest value of a LOINC code, which is only a bound if there is a `comparator`.
    `at_time` is when it was measured or begun (UTC seconds; 0: unknown). From `until` on (0: no end) it does not hold
    any more.
    """

    kind: FactKind
    sources: tuple[bytes, ...]
    text: str = ""
    system: str = ""
    code: str = ""
    label: str = ""
    number: Decimal | None = None
    unit: str = ""
    comparator: str = ""
    at_time: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts, and the records that they come from, sorted."""

    facts: tuple[Fact, ...]
    sources: tuple[Source, ...]

    @classmethod
    def of(cls, facts: Iterable[Fact], sources: Iterable[Source]) -> Profile:
        """A profile with those of the sources that a fact names."""
        listed = tuple(facts)
        named = {record_id for fact in listed for record_id in fact.sources}
        return cls(listed, tuple(sorted(source for source in sources if source.record_id in named)))

    def visible(self, may_have: Collection[bytes], at_time: int) -> list[Fact]:
        """The facts all of whose records may be had, and that still hold at a time (UTC seconds)."""
        return [
            fact
            for fact in self.facts
            if all(record_id in may_have for record_id in fact.sources) and not 0 < fact.until <= at_time
        ]

    def to_json(self) -> bytes:
        """The profile as JSON: its sources with their categories, and its facts, which name sources by their place."""
        places = {source.record_id: place for place, source in enumerate(self.sources)}
        sources = [[s.record_id.hex(), s.category, s.commitment.hex()] for s in self.sources]
        return orjson.dumps(
            {"form": FORM, "sources": sources, "facts": [_written(fact, places) for fact in self.facts]}
        )

    @classmethod
    def from_json(cls, content: bytes) -> Profile:
        """Read what `to_json` wrote."""
        raw = orjson.loads(content)
        sources = tuple(Source(bytes.fromhex(i), category, bytes.fromhex(c)) for i, category, c in raw["sources"])
        return cls(tuple(_read(fact, sources) for fact in raw["facts"]), sources)


def _written(fact: Fact, places: dict[bytes, int]) -> dict[str, Any]:
    """The members of a fact that are not empty."""
    members = {name: getattr(fact, name) for name in TEXTS if getattr(fact, name)}
    number = {} if fact.number is None else {"number": str(fact.number)}
    return {"kind": fact.kind.value, "sources": [places[one] for one in fact.sources], **members, **number}


def _read(raw: dict[str, Any], sources: Sequence[Source]) -> Fact:
    members = {name: raw[name] for name in TEXTS if name in raw}
    number = Decimal(raw["number"]) if "number" in raw else None
    return Fact(FactKind(raw["kind"]), tuple(sources[n].record_id for n in raw["sources"]), **members, number=number)


TEXTS = ("text", "system", "code", "label", "unit", "comparator", "at_time", "until")
"""The members of a fact that JSON has as they are."""
