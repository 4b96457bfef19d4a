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

from mydata_ledger.services.health.formats.kinds import category_of
from mydata_ledger.services.health.formats.periods import period_of

LOINC, EMPTY = "http://loinc.org", "http://terminology.hl7.org/CodeSystem/list-empty-reason"
PROFILE = "http://hl7.org/fhir/uv/ips/StructureDefinition/"
OURS = UUID("6d796461-7461-4970-8f73-756d6d617279")
MOST = 100
"""Resources of one section, the newest: a summary, not a record."""
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
"""Sections every summary has, empty with a reason where there is nothing."""
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


def summary(contents: Sequence[bytes], person: bytes, at: int) -> bytes:
    """The document as of `at` (UTC seconds) over resources as they were issued; what is no FHIR is left out."""
    mark = secrets.token_hex(16)
    found = [one for one in (_resource(content, mark) for content in contents) if one]
    resources = list({_url(one): one for one in found}.values())
    patient = next((one for one in resources if one["resourceType"] == "Patient"), None) or _nobody(person)
    chosen = {category: _chosen(category, resources) for category in SECTIONS}
    kept = [patient, *(one for part in chosen.values() for one in part[:MOST])]
    names = {f"{one['resourceType']}/{one['id']}": _url(one) for one in kept}
    names |= {f"urn:uuid:{one['id']}": _url(one) for one in kept}
    subject = {"reference": _url(patient)}
    sections = [_section(c, part) for c, part in chosen.items() if part or c in REQUIRED]
    moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    author = {"resourceType": "Organization", "id": str(uuid5(OURS, "ledger")), "name": "MyData Ledger"}
    composition = _composition(subject, _url(author), sections, moment)
    entries = [composition, patient, author, *kept[1:]]
    whole = json.dumps(
        {
            "resourceType": "Bundle",
            "meta": {"profile": [PROFILE + "Bundle-uv-ips"]},
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{composition['id']}"},
            "type": "document",
            "timestamp": moment,
            "entry": [{"fullUrl": _url(one), "resource": _pointing(one, names)} for one in entries],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return re.sub(rf'"{mark}([-+.0-9eE]+)"', r"\1", whole).encode("utf-8", "replace")


def _composition(subject: Json, author: str, sections: list[Json], moment: str) -> Json:
    return {
        "resourceType": "Composition",
        "id": str(uuid5(OURS, f"{subject['reference']} {moment}")),
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
    lines = [_line(one) for one in part[:MOST]] or ["Nothing of this kind is shared."]
    more = [f"{len(part) - MOST} older ones are left out of this summary."] if len(part) > MOST else []
    items = "".join(f"<li>{escape(line)}</li>" for line in lines + more)
    text = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{items}</ul></div>'}
    head: Json = {
        "title": title,
        "code": {"coding": [{"system": LOINC, "code": code, "display": display}]},
        "text": text,
    }
    if part:
        return head | {"entry": [{"reference": _url(one)} for one in part[:MOST]]}
    reason = {"system": EMPTY, "code": "unavailable", "display": "Unavailable"}
    return head | {"emptyReason": {"coding": [reason]}}


def _resource(content: bytes, mark: str) -> Json | None:
    """A resource, its decimals kept as they were written behind `mark`: in FHIR 1.10 is not 1.1. None for what is no
    FHIR, or has no form in UTF-8.
    """
    try:
        found = json.loads(content, parse_float=lambda digits: mark + digits)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        return None
    same = found.get("id")
    return found | {"id": same if isinstance(same, str) and same else str(uuid5(OURS, content.hex()))}


def _chosen(category: str, resources: Sequence[Json]) -> list[Json]:
    """Of a section's own types, the newest first; what was entered in error is nothing."""
    found = [r for r in resources if r["resourceType"] in TYPES[category] and category_of(r) == category]
    right = [one for one in found if one.get("status") != "entered-in-error"]
    return sorted(right, key=lambda one: (-period_of(one)[0], str(one["id"])))


def _nobody(person: bytes) -> Json:
    """A Patient where the person shares no identity: the ledger's own name for them."""
    identifier = {"system": "urn:mydata:person", "value": f"0x{person.hex()}"}
    name = {"text": "Not shared"}
    return {"resourceType": "Patient", "id": str(uuid5(OURS, person.hex())), "identifier": [identifier], "name": [name]}


def _url(resource: Mapping[str, Any]) -> str:
    """The resource's own id where that is a UUID, else one made of its type and id: the same in every summary."""
    try:
        return f"urn:uuid:{UUID(str(resource['id']))}"
    except ValueError:
        return f"urn:uuid:{uuid5(OURS, resource['resourceType'] + '/' + resource['id'])}"


def _pointing(value: Any, names: Mapping[str, str]) -> Any:
    """The same with references that lead inside the document; what lies outside keeps its words only."""
    if isinstance(value, list):
        return [_pointing(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: _pointing(inner, names) for name, inner in value.items()}
    target = value.get("reference")
    if isinstance(target, str) and not target.startswith("#"):
        if target in names or target in names.values():
            found["reference"] = names.get(target, target)
        else:
            found.pop("reference")
            found.setdefault("display", "not part of this summary")
    return found


def _line(resource: Mapping[str, Any]) -> str:
    """One resource in words: what it is, and when."""
    for name in ("code", "medicationCodeableConcept", "vaccineCode", "type"):
        concept = resource.get(name)
        if isinstance(concept, dict):
            listed = concept.get("coding")
            codings = [c for c in listed if isinstance(c, dict)] if isinstance(listed, list) else []
            said = concept.get("text") or next((c["display"] for c in codings if c.get("display")), "")
            if said:
                return f"{said} {_when(resource)}".strip()
    return f"{resource['resourceType']} {_when(resource)}".strip()


def _when(resource: Mapping[str, Any]) -> str:
    start = period_of(dict(resource))[0]
    return datetime.fromtimestamp(start, UTC).strftime("(%Y-%m-%d)") if start else ""
