"""The category of a FHIR R4 resource; None if it describes no person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mydata_ledger.formats.fhir.loinc import implied_category
from mydata_ledger.formats.fhir.types import types

CATEGORIES = {kind: tuple(c for one, c, _ in types() if one == kind) for kind, _, _ in types()}
FURTHER = {"Observation": ("health.vitals", "health.observation")}
"""Categories that have one type only, and it has others."""
LABORATORY, VITALS = {"laboratory", "lab", "hm", "mb", "ch"}, {"vital-signs"}


def categories_of(resource_type: str) -> tuple[str, ...]:
    """The categories that the records of a FHIR type have; no others have them. Empty for a type without records."""
    return CATEGORIES.get(resource_type, ()) + FURTHER.get(resource_type, ())


def category_of(resource: dict[str, Any]) -> str | None:
    """The category by resource type; for observations and reports by their own category codes, or else by LOINC."""
    kind = resource.get("resourceType")
    if kind not in {"Observation", "DiagnosticReport"}:
        return next(iter(categories_of(str(kind))), None)
    codes = {code.lower() for code in _codes(resource.get("category"))} or {implied_category(resource)}
    if codes & LABORATORY:
        return "health.lab.observation" if kind == "Observation" else "health.lab.report"
    if kind == "DiagnosticReport":
        return "health.report.diagnostic"
    return "health.vitals" if codes & VITALS else "health.observation"


def section_of(category: str) -> str:
    """The category of all types of its kind: `health.lab` for `health.lab.specimen`."""
    return ".".join(category.split(".")[:2])


def _codes(concepts: Any) -> Iterator[str]:
    """Codes of a CodeableConcept, or of a list of them; STU3 has one where R4 has a list."""
    for concept in concepts if isinstance(concepts, list) else [concepts]:
        codings = concept.get("coding", []) if isinstance(concept, dict) else []
        for coding in codings if isinstance(codings, list) else []:
            if isinstance(coding, dict) and isinstance(coding.get("code"), str):
                yield coding["code"]
