"""International Patient Summary: a FHIR R4 document Bundle of a person's own resources (HL7 IPS)."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from uuid import UUID, uuid5

from mydata_ledger.services.health.formats.kinds import category_of, section_of
from mydata_ledger.services.health.formats.periods import period_of

LOINC, EMPTY = "http://loinc.org", "http://terminology.hl7.org/CodeSystem/list-empty-reason"
PROFILE = "http://hl7.org/fhir/uv/ips/StructureDefinition/"
NAMESPACE = UUID("6d796461-7461-4970-8f73-756d6d617279")
MAX_PER_SECTION = 100
"""Resources of one section, the newest ones."""
SECTIONS = {
    "health.medication": ("10160-0", "History of Medication use Narrative", "Medication Summary"),
    "health.allergy": ("48765-2", "Allergies and adverse reactions Document", "Allergies and Intolerances"),
    "health.condition": ("11450-4", "Problem list - Reported", "Problem List"),
    "health.immunization": ("11369-6", "History of Immunization Narrative", "Immunizations"),
    "health.procedure": ("47519-4", "History of Procedures Document", "History of Procedures"),
    "health.device": ("46264-8", "History of medical device use", "Medical Devices"),
    "health.lab": ("30954-2", "Relevant diagnostic tests/laboratory data Narrative", "Results"),
    "health.vitals": ("8716-3", "Vital signs", "Vital Signs"),
}
REQUIRED = ("health.medication", "health.allergy", "health.condition")
"""Sections that every summary has; an empty one gives the reason."""
TYPES = {
    "health.medication": {"MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense"},
    "health.allergy": {"AllergyIntolerance"},
    "health.condition": {"Condition"},
    "health.immunization": {"Immunization"},
    "health.procedure": {"Procedure"},
    "health.device": {"DeviceUseStatement"},
    "health.lab": {"Observation", "DiagnosticReport"},
    "health.vitals": {"Observation"},
}
Json = dict[str, Any]


def summary(contents: Sequence[bytes], person: bytes, at_time: int) -> bytes:
    """The document as of `at` (UTC seconds) over resources as they were issued; what is no FHIR is left out."""
    mark = secrets.token_hex(16)
    parsed = [one for one in (_resource(content, mark) for content in contents) if one]
    resources = list({_url(one): one for one in parsed}.values())
    patient = next((one for one in resources if one["resourceType"] == "Patient"), None) or _anonymous_patient(person)
    by_category = {category: _section_resources(category, resources) for category in SECTIONS}
    included = [patient, *(one for part in by_category.values() for one in part[:MAX_PER_SECTION])]
    names = {f"{one['resourceType']}/{one['id']}": _url(one) for one in included}
    names |= {f"urn:uuid:{one['id']}": _url(one) for one in included}
    subject = {"reference": _url(patient)}
    sections = [_section(c, part) for c, part in by_category.items() if part or c in REQUIRED]
    moment = datetime.fromtimestamp(at_time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    author = {"resourceType": "Organization", "id": str(uuid5(NAMESPACE, "ledger")), "name": "MyData Ledger"}
    composition = _composition(subject, _url(author), sections, moment)
    entries = [composition, patient, author, *included[1:]]
    text = json.dumps(
        {
            "resourceType": "Bundle",
            "meta": {"profile": [PROFILE + "Bundle-uv-ips"]},
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{composition['id']}"},
            "type": "document",
            "timestamp": moment,
            "entry": [{"fullUrl": _url(one), "resource": _with_internal_references(one, names)} for one in entries],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return re.sub(rf'"{mark}([-+.0-9eE]+)"', r"\1", text).encode("utf-8", "replace")


def _composition(subject: Json, author: str, sections: list[Json], moment: str) -> Json:
    return {
        "resourceType": "Composition",
        "id": str(uuid5(NAMESPACE, f"{subject['reference']} {moment}")),
        "meta": {"profile": [PROFILE + "Composition-uv-ips"]},
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": "60591-5", "display": "Patient summary Document"}]},
        "subject": subject,
        "date": moment,
        "author": [{"reference": author}],
        "title": "International Patient Summary",
        "section": sections,
    }


def _section(category: str, part: Sequence[Json]) -> Json:
    code, display, title = SECTIONS[category]
    lines = [_line(one) for one in part[:MAX_PER_SECTION]] or ["Nothing of this kind is shared."]
    more = (
        [f"{len(part) - MAX_PER_SECTION} older ones are left out of this summary."]
        if len(part) > MAX_PER_SECTION
        else []
    )
    items = "".join(f"<li>{escape(line)}</li>" for line in lines + more)
    text = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{items}</ul></div>'}
    head: Json = {
        "title": title,
        "code": {"coding": [{"system": LOINC, "code": code, "display": display}]},
        "text": text,
    }
    if part:
        return head | {"entry": [{"reference": _url(one)} for one in part[:MAX_PER_SECTION]]}
    reason = {"system": EMPTY, "code": "unavailable", "display": "Unavailable"}
    return head | {"emptyReason": {"coding": [reason]}}


def _resource(content: bytes, mark: str) -> Json | None:
    """Parse a resource; None if it is not FHIR or not valid UTF-8.

    Decimals keep their digits, as text behind `mark`: in FHIR, 1.10 is not 1.1.
    """
    try:
        resource = json.loads(content, parse_float=lambda digits: mark + digits)
        json.dumps(resource, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return None
    resource_id = resource.get("id")
    return resource | {
        "id": resource_id if isinstance(resource_id, str) and resource_id else str(uuid5(NAMESPACE, content.hex()))
    }


def _section_resources(category: str, resources: Sequence[Json]) -> list[Json]:
    """The resources of a section, newest first, without those entered in error."""
    of_category = [
        r for r in resources if r["resourceType"] in TYPES[category] and section_of(category_of(r) or "") == category
    ]
    valid = [one for one in of_category if one.get("status") != "entered-in-error"]
    return sorted(valid, key=lambda one: (-period_of(one)[0], str(one["id"])))


def _anonymous_patient(person: bytes) -> Json:
    """A Patient for a person who shares no identity, with the ledger's own identifier."""
    identifier = {"system": "urn:mydata:person", "value": f"0x{person.hex()}"}
    name = {"text": "Not shared"}
    return {
        "resourceType": "Patient",
        "id": str(uuid5(NAMESPACE, person.hex())),
        "identifier": [identifier],
        "name": [name],
    }


def _url(resource: Mapping[str, Any]) -> str:
    """The resource's id if it is a UUID, else a UUID derived from type and id, equal in every summary."""
    try:
        return f"urn:uuid:{UUID(str(resource['id']))}"
    except ValueError:
        return f"urn:uuid:{uuid5(NAMESPACE, resource['resourceType'] + '/' + resource['id'])}"


def _with_internal_references(value: Any, names: Mapping[str, str]) -> Any:
    """A copy whose references point inside the document; a reference to anything else keeps its display text only."""
    if isinstance(value, list):
        return [_with_internal_references(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    copy = {name: _with_internal_references(inner, names) for name, inner in value.items()}
    target = value.get("reference")
    if isinstance(target, str) and not target.startswith("#"):
        if target in names or target in names.values():
            copy["reference"] = names.get(target, target)
        else:
            copy.pop("reference")
            copy.setdefault("display", "not part of this summary")
    return copy


def _line(resource: Mapping[str, Any]) -> str:
    """A text of one resource: what it is, and when."""
    for name in ("code", "medicationCodeableConcept", "vaccineCode", "type"):
        concept = resource.get(name)
        if isinstance(concept, dict):
            listed = concept.get("coding")
            codings = [c for c in listed if isinstance(c, dict)] if isinstance(listed, list) else []
            text = concept.get("text") or next((c["display"] for c in codings if c.get("display")), "")
            if text:
                return f"{text} {_when(resource)}".strip()
    return f"{resource['resourceType']} {_when(resource)}".strip()


def _when(resource: Mapping[str, Any]) -> str:
    start = period_of(dict(resource))[0]
    return datetime.fromtimestamp(start, UTC).strftime("(%Y-%m-%d)") if start else ""
