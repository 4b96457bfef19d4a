"""Statements that nothing of a kind is known, as the IPS has them: they are not the same as no statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mydata_ledger.formats.ips.statuses import codes_of

CODED = ("code", "medicationCodeableConcept", "vaccineCode")
GENERAL = {
    *("716186003", "160245001", "787481004", "787480003", "787483001", "787482006"),
    *("no-known-allergies", "no-known-problems", "no-known-medications", "no-known-procedures", "no-known-devices"),
    *("no-known-immunizations", "no-allergy-info", "no-problem-info", "no-medication-info", "no-procedure-info"),
    *("no-device-info", "no-immunization-info"),
}
"""SNOMED CT and IPS codes (absent-unknown-uv-ips) for "none known" and "no information" of a whole section."""
OF_CATEGORY = {
    "409137002": "medication",
    "429625007": "food",
    "428607008": "environment",
    "no-known-medication-allergies": "medication",
    "no-known-food-allergies": "food",
    "no-known-environmental-allergies": "environment",
}
"""Codes that say it for one category of allergies."""


def contradicted(resources: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The statements of absence that another resource of the section contradicts."""
    stated = [one for one in resources if not _absences(one)]
    categories = {category for one in stated for category in codes_of(one.get("category"))}
    return [
        one for one in resources if stated and any(c in GENERAL or OF_CATEGORY[c] in categories for c in _absences(one))
    ]


def says_absence(resource: Mapping[str, Any]) -> bool:
    """Whether a resource only says that nothing of a kind is known."""
    return bool(_absences(resource))


def _absences(resource: Mapping[str, Any]) -> set[str]:
    codes = {code for name in CODED for code in codes_of(resource.get(name))}
    return codes & (GENERAL | OF_CATEGORY.keys())
