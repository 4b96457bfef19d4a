"""The resources that a summary adds: its Composition, its author, and a Patient where none is shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid5

from mydata_ledger.formats.ips.narrative import narrative, sentence
from mydata_ledger.formats.ips.records import NAMESPACE, Json
from mydata_ledger.formats.ips.selection import SectionContent

LOINC, EMPTY = "http://loinc.org", "http://terminology.hl7.org/CodeSystem/list-empty-reason"
PROFILE = "http://hl7.org/fhir/uv/ips/StructureDefinition/"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
AUTHOR: Json = {"resourceType": "Organization", "id": str(uuid5(NAMESPACE, "ledger")), "name": "MyData Ledger"}
Line = tuple[str, str]
"""A line of text in English and Korean."""


def composition(subject: str, author: str, moment: str, sections: Sequence[Json], notes: Sequence[Line]) -> Json:
    """The Composition of a summary; `notes` are about the summary as a whole."""
    return {
        "resourceType": "Composition",
        "id": str(uuid5(NAMESPACE, f"{subject} {moment}")),
        "meta": {"profile": [PROFILE + "Composition-uv-ips"]},
        **({"text": narrative(notes)} if notes else {}),
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": "60591-5", "display": "Patient summary Document"}]},
        "subject": {"reference": subject},
        "date": moment,
        "author": [{"reference": author}],
        "title": "International Patient Summary",
        "section": list(sections),
    }


def section_of(content: SectionContent, lines: Sequence[Line]) -> Json:
    """A section with its text in both languages; an empty one says why it is empty."""
    section = content.section
    notes = [sentence("contradicted", content.contradicted)] if content.contradicted else []
    notes += [sentence("older", content.older)] if content.older else []
    code: Json = {"text": section.title}
    if section.code:
        code = {"coding": [{"system": LOINC, "code": section.code, "display": section.display}]}
    text = narrative([*lines, *notes] or [sentence("nothing")], (section.title, section.korean))
    head: Json = {"title": section.title, "code": code, "text": text}
    if content.resources:
        return head | {"entry": [{"reference": one.url} for one in content.resources]}
    return head | {"emptyReason": _empty_reason(content)}


def _empty_reason(content: SectionContent) -> Json:
    if content.older:
        return {"text": "left out to keep the summary short"}
    return {"coding": [{"system": EMPTY, "code": "unavailable", "display": "Unavailable"}]}


def anonymous_patient(person: bytes) -> Json:
    """A Patient for a person who shares no identity, with the ledger's own identifier."""
    identifier = [{"system": "urn:mydata:person", "value": f"0x{person.hex()}"}]
    return {"resourceType": "Patient", "id": str(uuid5(NAMESPACE, person.hex())), "identifier": identifier}


def with_identity(patient: Json) -> Json:
    """A Patient with the name and birth date that the IPS wants, each marked as absent where it is not shared."""
    absent: dict[str, Any] = {"extension": [{"url": ABSENT, "valueCode": "masked"}]}
    name = {} if patient.get("name") else {"name": [{"text": "Not shared"}]}
    return patient | name | ({} if patient.get("birthDate") else {"_birthDate": absent})
