"""Makes a profile from FHIR records. Whatever is not certain is left out: it is then unknown, as if no record had it.

What is current, refuted or over is decided as for the patient summary (`formats.ips`). A resource about another
Patient is no source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mydata_ledger.formats.codes import LOINC, Coding, codings_of, is_code
from mydata_ledger.formats.dates import read_span
from mydata_ledger.formats.fhir.periods import period_of
from mydata_ledger.formats.fhir.references import contained_in, target_of
from mydata_ledger.formats.fhir.selecting import elements
from mydata_ledger.formats.ips.absence import says_absence
from mydata_ledger.formats.ips.records import HeldResource, HeldResources, held
from mydata_ledger.formats.ips.statuses import Standing, standing_of
from mydata_ledger.formats.profile.facts import Fact, FactKind, Profile
from mydata_ledger.formats.profile.values import Measured, latest, measured
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.kernel import OpenedSource, OwnRecord

MAX_RESOURCE, MAX_BYTES = 1 << 20, 64 << 20
"""The largest resource, and the most bytes of all resources of a person, that are read; others say nothing."""
SEXES = ("male", "female", "other")
MAX_LABEL, MAX_CODE, MAX_SYSTEM = 120, 64, 200
MOST_CODINGS = 20
CODED = {"Condition": (FactKind.CONDITION, "code"), "AllergyIntolerance": (FactKind.ALLERGY, "code")}
MEDICATION = ("MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense")
FAR = 2**40


def profile_of(sources: Sequence[OpenedSource], now: int) -> Profile | None:
    """The profile of one person from their records, oldest first, as of `now` (UTC seconds); None without a fact."""
    read = list(_bounded(sources))
    records = held([OwnRecord(one.holder, one.content) for one in read])
    facts = [*_identity(records, read), *_coded(records, read, now), *_values(records, read, now)]
    return Profile.of(facts, (one.source for one in read)) if facts else None


def _bounded(sources: Sequence[OpenedSource]) -> Iterator[OpenedSource]:
    total = 0
    for one in sources:
        total += len(one.content)
        if len(one.content) <= MAX_RESOURCE and total <= MAX_BYTES:
            yield one


def _id(one: HeldResource, read: Sequence[OpenedSource]) -> bytes:
    return read[one.record].source.record_id


def _identity(records: HeldResources, read: Sequence[OpenedSource]) -> Iterator[Fact]:
    """Date of birth and sex, as far as all Patients of the person agree; one fact for each record that says it."""
    patients = [one for one in records.resources if one.kind == "Patient"]
    for kind, path, is_valid in ((FactKind.BIRTH, "birthDate", _is_date), (FactKind.SEX, "gender", SEXES.__contains__)):
        stated = [(one, text) for one in patients for text in elements(one.resource, path) if type(text) is str]
        texts = {text for _, text in stated}
        if len(texts) == 1 and is_valid(next(iter(texts))):
            yield from (Fact(kind, (_id(one, read),), text=text) for one, text in stated)


def _is_date(text: str) -> bool:
    try:
        read_span(text)
    except MalformedInput:
        return False
    return True


def _coded(records: HeldResources, read: Sequence[OpenedSource], now: int) -> Iterator[Fact]:
    """Conditions, medications and allergies that are current, a fact for each code."""
    current = [one for one in records.resources if standing_of(one.resource, now) is Standing.CURRENT]
    for one in current:
        if one.kind in CODED:
            kind, path = CODED[one.kind]
            yield from _facts_of(kind, one, elements(one.resource, path), (_id(one, read),), now)
        elif one.kind in MEDICATION:
            concepts, sources = _medication(records, one, read)
            yield from _facts_of(FactKind.MEDICATION, one, concepts, sources, now)


def _medication(
    records: HeldResources, one: HeldResource, read: Sequence[OpenedSource]
) -> tuple[list[Any], tuple[bytes, ...]]:
    """What a medication resource calls its drug, and the records that say so: itself, and the one it refers to."""
    own = (_id(one, read),)
    found: list[Any] = elements(one.resource, "medication")
    reference = next((part for part in found if isinstance(part, dict) and "reference" in part), None)
    if reference is None:
        return found, own
    inner = contained_in(one.resource).get(target_of(reference).contained)
    if inner is not None:
        return elements(dict(inner), "code"), own
    target = records.target(one, reference)
    return (elements(target.resource, "code"), (*own, _id(target, read))) if target else ([], own)


def _facts_of(
    kind: FactKind, one: HeldResource, concepts: Iterable[Any], sources: tuple[bytes, ...], now: int
) -> Iterator[Fact]:
    if says_absence(one.resource):
        return
    begun, until = period_of(one.resource)[0], _ends(one.resource, now)
    for concept in concepts:
        for coding in list(codings_of(concept))[:MOST_CODINGS]:
            if _is_usable(coding):
                label = _label(concept, coding)
                yield Fact(kind, sources, "", coding.system, coding.code, label, at_time=begun, until=until)


def _is_usable(coding: Coding) -> bool:
    is_short = len(coding.code) <= MAX_CODE and 0 < len(coding.system) <= MAX_SYSTEM
    return is_short and is_code(coding)


def _label(concept: Any, coding: Coding) -> str:
    """The text of a coding, or of its concept."""
    listed = concept.get("coding") if isinstance(concept, dict) else None
    codings = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    texts = [one.get("display") for one in codings if one.get("code") == coding.code]
    texts.append(concept.get("text") if isinstance(concept, dict) else None)
    return next((text[:MAX_LABEL] for text in texts if isinstance(text, str) and text), "")


def _ends(resource: dict[str, Any], now: int) -> int:
    """The first second at which a current resource is not current any more; 0 if nothing says so."""
    if standing_of(resource, FAR) is Standing.CURRENT:
        return 0
    low, high = now, FAR
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if standing_of(resource, middle) is Standing.CURRENT else (low, middle)
    return low


def _values(records: HeldResources, read: Sequence[OpenedSource], now: int) -> Iterator[Fact]:
    """The latest value of each LOINC code."""
    found: dict[str, list[Measured]] = defaultdict(list)
    for one in records.resources:
        if one.kind == "Observation" and standing_of(one.resource, now) is not Standing.NEVER:
            for value in measured(one.resource, _id(one, read)):
                found[value.code].append(value)
    for code in sorted(found):
        if newest := latest(found[code]):
            stated = newest.label, newest.number, newest.unit, newest.comparator, newest.at_time
            yield Fact(FactKind.VALUE, (newest.source,), "", LOINC, code, *stated)
