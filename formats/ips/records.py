"""A person's records as FHIR resources that know each other: identity is holder, type and id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from mydata_ledger.formats.fhir.containers import RESOURCE_TYPE, FoundResource, without_mark
from mydata_ledger.formats.fhir.patients import SUBJECTS, FileSubject, PatientNames, subject_of
from mydata_ledger.formats.fhir.references import (
    Target,
    identifiers_of,
    references_in,
    target_of,
)
from mydata_ledger.formats.fhir.versions import newest_of
from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError
from mydata_ledger.ledger.kernel import OwnRecord

NAMESPACE = UUID("6d796461-7461-4970-8f73-756d6d617279")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class HeldResource:
    """A resource of one holder; its numbers keep their digits. `url` is its `fullUrl` in every summary, `record` the
    place of its record in the list that was read.
    """

    holder: str
    resource: Json
    url: str
    record: int = -1

    @property
    def kind(self) -> str:
        """The resource type."""
        return str(self.resource["resourceType"])


@dataclass(frozen=True, slots=True)
class HeldResources:
    """The newest content of every resource that is about the person, in the order in which they were issued.

    `unreadable` counts records that are no FHIR resource, `foreign` those that refer to another Patient.
    """

    resources: Sequence[HeldResource]
    unreadable: int = 0
    foreign: int = 0
    _by_name: dict[tuple[str, str], list[HeldResource]] = field(default_factory=dict)
    _bases: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def target(self, source: HeldResource, reference: Mapping[str, Any]) -> HeldResource | None:
        """The resource of the holder that a reference leads to; None if that is not certain.

        An absolute reference counts by type and id, unless the holder's records name two servers that have them.
        """
        target = target_of(reference)
        named = f"{target.kind}/{target.id}" if target.id else target.urn or f"{target.kind}?{target.identifier}"
        found = self._by_name.get((source.holder, named), [])
        certain = len(found) == 1 and len(self._bases.get((source.holder, named), ())) < 2
        return found[0] if certain else None


def held(records: Sequence[OwnRecord]) -> HeldResources:
    """Read records. What refers to a Patient other than the holder's own Patient of this person is left out."""
    found = [(record.holder, one) for place, record in enumerate(records) if (one := _resource(place, record.content))]
    newest = _newest(found)
    subjects = _subjects(newest)
    own = [(holder, one) for holder, one in newest if _is_own(one, subjects.get(holder))]
    resources = [HeldResource(holder, dict(one.resource), _url(holder, one), int(one.place)) for holder, one in own]
    by_name, bases = _index(resources)
    return HeldResources(resources, len(records) - len(found), len(newest) - len(own), by_name, bases)


def _resource(place: int, content: bytes) -> FoundResource | None:
    """The record at a place as a resource; None if it is not FHIR."""
    try:
        value = read(without_mark(content), exact=True)
    except LedgerError:
        return None
    kind = value.get("resourceType") if isinstance(value, dict) else None
    is_resource = isinstance(kind, str) and bool(RESOURCE_TYPE.fullmatch(kind))
    return FoundResource(str(place), "", content, value) if is_resource else None


def _newest(found: Sequence[tuple[str, FoundResource]]) -> list[tuple[str, FoundResource]]:
    """Of each resource its newest content: by `meta`, or else the one that was issued last."""
    contents: dict[tuple[str, str, str], list[FoundResource]] = defaultdict(list)
    for holder, one in found:
        contents[(holder, one.kind, _id(one) or one.raw.hex())].append(one)
    return [(name[0], newest_of(several) or several[-1]) for name, several in contents.items()]


def _id(found: FoundResource) -> str:
    id_ = found.resource.get("id")
    return id_ if isinstance(id_, str) else ""


def _url(holder: str, found: FoundResource) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE, chr(0).join((holder, found.kind, _id(found) or found.raw.hex())))}"


def _subjects(found: Sequence[tuple[str, FoundResource]]) -> dict[str, FileSubject]:
    """The person as each holder's Patient. `fullUrl` is not kept in records, so a URN may be any of their names."""
    patients: dict[str, list[FoundResource]] = defaultdict(list)
    for holder, one in found:
        if one.kind == "Patient":
            patients[holder].append(one)
    return {
        holder: FileSubject(PatientNames.of_several(several), _groups(found, holder), any_urn=True)
        for holder, several in patients.items()
    }


def _groups(found: Sequence[tuple[str, FoundResource]], holder: str) -> dict[str, FoundResource]:
    return {_id(one): one for name, one in found if name == holder and one.kind == "Group"}


def _is_own(found: FoundResource, subject: FileSubject | None) -> bool:
    """True if nothing says that a resource is about another Patient. Where the Patient is not shared, it may refer to
    one Patient only.
    """
    try:
        return not (subject or subject_of([found], needs_patient=False)).objection(found)
    except InvalidStatement:
        return False


def _index(
    resources: Sequence[HeldResource],
) -> tuple[dict[tuple[str, str], list[HeldResource]], dict[tuple[str, str], set[str]]]:
    """Resources by holder and name, and the servers at which the holder's references name a resource."""
    by_name: dict[tuple[str, str], list[HeldResource]] = defaultdict(list)
    bases: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in resources:
        for name in _names(one):
            by_name[(one.holder, name)].append(one)
        for target in _literals(one):
            bases[(one.holder, f"{target.kind}/{target.id}")].add(target.base)
    return by_name, bases


def _names(one: HeldResource) -> Iterator[str]:
    id_ = one.resource.get("id")
    if isinstance(id_, str):
        yield f"{one.kind}/{id_}"
        yield f"urn:uuid:{id_.lower()}"
    for identifier in identifiers_of(one.resource):
        yield f"{one.kind}?{identifier}"


def _literals(one: HeldResource) -> Iterator[Target]:
    """Absolute targets of a resource, but for those in elements that say whom it is about."""
    for name, reference in references_in(one.resource):
        target = target_of(reference)
        if target.id and target.base and name not in SUBJECTS:
            yield target
