"""FHIR resources in a form that is equal for equal content, whichever server exported them, and when (ADR 63)."""

from __future__ import annotations

from typing import Any

from mydata_ledger.formats.fhir.patients import SUBJECTS
from mydata_ledger.formats.fhir.references import target_of
from mydata_ledger.ledger.canonical import canonical, read
from mydata_ledger.ledger.errors import MalformedInput

FORM = "fhir"
OF_SERVER = frozenset({"versionId", "lastUpdated", "source"})
"""Elements of `meta` that a server sets when it stores a resource."""
GENERATED = "generated"
"""A narrative with this status has nothing that the other elements do not have (R4 §2.36.2)."""


def equal_form(content: bytes) -> tuple[str, bytes]:
    """RFC 8785 of a resource without its `id`, what servers set in `meta`, a generated narrative, and how it refers to
    its own patient. References to anything else stay: two prescriptions may differ in nothing but the medication that
    they refer to.

    Raises MalformedInput for what is no resource, or has no canonical form.
    """
    resource = read(content)
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise MalformedInput("not a FHIR resource")
    kept = {name: value for name, value in resource.items() if name != "id"}
    if isinstance(kept.get("meta"), dict):
        kept["meta"] = {name: value for name, value in kept["meta"].items() if name not in OF_SERVER}
    if not kept.get("meta"):
        kept.pop("meta", None)
    if isinstance(kept.get("text"), dict) and kept["text"].get("status") == GENERATED:
        del kept["text"]
    for name in SUBJECTS & kept.keys():
        if _is_patient(kept[name]):
            del kept[name]
    return FORM, canonical(kept)


def _is_patient(reference: Any) -> bool:
    """Whether the element refers to a Patient outside the resource. A record is about one person, so it is theirs."""
    if not isinstance(reference, dict):
        return False
    target = target_of(reference)
    return not target.contained and target.kind in {"", "Patient"} and bool(target.id or target.urn)
