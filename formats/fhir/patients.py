"""Whose resources a file holds: one Patient, and what names another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mydata_ledger.formats.fhir.containers import FoundResource
from mydata_ledger.formats.fhir.references import (
    LITERAL,
    Target,
    contained_in,
    identifiers_of,
    references_in,
    target_of,
)
from mydata_ledger.ledger.errors import InvalidStatement

SUBJECTS = {"subject", "patient", "beneficiary"}
"""Elements that say whom a resource is about."""
NO_PERSONS = {"animal", "device", "medication", "substance"}
"""Group.type of groups that have no person as a member."""
NOT_OURS = "refers to a Patient other than the one of the file; hand it in with its own Patient"


@dataclass(frozen=True, slots=True)
class PatientNames:
    """The names of one person as a Patient: ids, server (may be empty), URNs, and identifiers as `system|value`."""

    ids: frozenset[str] = frozenset()
    base: str = ""
    urns: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, found: FoundResource) -> PatientNames:
        """The names of a Patient resource."""
        literal = LITERAL.fullmatch(found.full_url)
        id_ = str(found.resource.get("id") or (literal["id"] if literal else ""))
        urns = set() if literal or not found.full_url else {found.full_url.lower()}
        urns |= {f"urn:uuid:{id_.lower()}"} if id_ else set()
        return cls(frozenset({id_} - {""}), base_of(found.full_url), frozenset(urns), identifiers_of(found.resource))

    @classmethod
    def of_several(cls, patients: Sequence[FoundResource]) -> PatientNames:
        """The names of a person who has several Patient resources at one holder."""
        names = [cls.of(one) for one in patients]
        members = ("ids", "urns", "identifiers")
        ids, urns, identifiers = (frozenset().union(*(getattr(one, name) for one in names)) for name in members)
        return cls(ids, "", urns, identifiers)

    def include(self, target: Target) -> bool:
        """True if a target is this person. An id counts for any server while one of the two servers is unknown."""
        if target.id:
            return target.id in self.ids and (not (target.base and self.base) or target.base == self.base)
        return target.urn in self.urns if target.urn else target.identifier in self.identifiers


def base_of(full_url: str) -> str:
    """The server of a RESTful `fullUrl`; empty for any other."""
    literal = LITERAL.fullmatch(full_url)
    return (literal["base"] or "") if literal else ""


@dataclass(frozen=True, slots=True)
class FileSubject:
    """The one Patient of a file.

    `groups` are the Groups in it by id and URN, `others` the URNs of what is no Patient. With `sole_contained`, the one
    contained Patient of the file is its Patient. With `any_urn`, URNs say nothing, since each `fullUrl` is unknown.
    """

    patient: PatientNames
    groups: Mapping[str, FoundResource] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    sole_contained: bool = False
    any_urn: bool = False

    def objection(self, found: FoundResource) -> str:
        """Why a resource cannot be about this Patient alone; empty if nothing speaks against it."""
        for name, target, inner in _named(found):
            kind = str(inner.get("resourceType")) if inner is not None else target.kind
            if kind == "Group" and not self._is_own_group(target, inner):
                return "refers to a group with other or unknown members; hand it in without the group"
            if inner is None and self._is_patient(name, target) and not self.patient.include(target):
                return NOT_OURS
        strangers = [one for one in _contained_patients(found) if not self._is_own_contained(one)]
        return NOT_OURS if strangers else ""

    def _is_patient(self, name: str, target: Target) -> bool:
        if self.any_urn and target.urn and (not target.kind or target.urn.startswith("urn:")):
            return False
        if target.urn and not target.kind:
            return name in SUBJECTS and target.urn not in self.others
        return target.kind == "Patient" or (not target.kind and bool(target.identifier) and name in SUBJECTS)

    def _is_own_contained(self, patient: Mapping[str, Any]) -> bool:
        return self.sole_contained or bool(identifiers_of(patient) & self.patient.identifiers)

    def _is_own_group(self, target: Target, inner: Mapping[str, Any] | None) -> bool:
        resolved = self.groups.get(target.id or target.urn)
        group = inner if inner is not None else (resolved.resource if resolved else None)
        if group is None:
            return False
        listed = group.get("member")
        members = [target_of(_entity(member)) for member in listed] if isinstance(listed, list) else []
        return str(group.get("type")) in NO_PERSONS or (bool(members) and all(map(self.patient.include, members)))


def subject_of(resources: Sequence[FoundResource], *, needs_patient: bool) -> FileSubject:
    """The Patient that a file is about.

    Without a Patient resource it is the one Patient that the resources refer to. Raises InvalidStatement for several
    Patients, and with `needs_patient` for none.
    """
    patients = [one for one in resources if one.kind == "Patient"]
    if len(patients) > 1:
        raise InvalidStatement(f"the bundle is about {len(patients)} patients; hand in one bundle for each")
    if not patients and needs_patient:
        raise InvalidStatement(
            "the bundle has no Patient, so whose records these are cannot be told; skip it or add one"
        )
    others = frozenset(name for one in resources if one.kind != "Patient" for name in _names(one))
    groups = {name: one for one in resources if one.kind == "Group" for name in _names(one)}
    if patients:
        return FileSubject(PatientNames.of(patients[0]), groups, others)
    return _referred(resources, groups, others)


def _referred(
    resources: Sequence[FoundResource], groups: Mapping[str, FoundResource], others: frozenset[str]
) -> FileSubject:
    """The one Patient that resources refer to. Raises InvalidStatement if they refer to several."""
    named = [(name, target) for found in resources for name, target, inner in _named(found) if inner is None]
    targets = [t for name, t in named if t.kind == "Patient" or (not t.kind and name in SUBJECTS)]
    ids, bases, urns, logical = (
        {getattr(target, member) for target in targets} - {""} for member in ("id", "base", "urn", "identifier")
    )
    urns -= others
    contained = [identifiers_of(one) for found in resources for one in _contained_patients(found)]
    common = frozenset.intersection(*contained) if contained else frozenset()
    systems = Counter(identifier.partition("|")[0] for identifier in logical)
    if max(len(ids), len(bases), len(urns), *systems.values(), 0) > 1 or (len(contained) > 1 and not common):
        raise InvalidStatement("the resources refer to several patients; hand in one file for each")
    names = PatientNames(frozenset(ids), "".join(bases), frozenset(urns), common | logical)
    return FileSubject(names, groups, others, len(contained) == 1 and not (ids or urns))


def _named(found: FoundResource) -> Iterator[tuple[str, Target, Mapping[str, Any] | None]]:
    """Every reference of a resource: its element, its target, and the contained resource that it leads to.

    A relative reference is on the server of the resource that has it (R4 §2.36.4). What a Patient calls itself under
    another id (`Patient.link`) is left out.
    """
    inner, base = contained_in(found.resource), base_of(found.full_url)
    source = {name: part for name, part in found.resource.items() if (found.kind, name) != ("Patient", "link")}
    for name, reference in references_in(source):
        target = target_of(reference)
        if target.id and not target.base:
            target = replace(target, base=base)
        yield name, target, inner.get(target.contained) if target.contained else None


def _contained_patients(found: FoundResource) -> list[Mapping[str, Any]]:
    return [one for one in contained_in(found.resource).values() if one.get("resourceType") == "Patient"]


def _entity(member: Any) -> Mapping[str, Any]:
    entity = member.get("entity") if isinstance(member, dict) else None
    return entity if isinstance(entity, dict) else {}


def _names(found: FoundResource) -> set[str]:
    """The id of a resource, and its URNs."""
    id_ = str(found.resource.get("id") or "")
    return {id_, found.full_url.lower(), f"urn:uuid:{id_.lower()}"} - {"", "urn:uuid:"}
