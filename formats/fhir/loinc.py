"""What an Observation without a category is, by its LOINC code: a vital sign or a laboratory result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SYSTEM = "http://loinc.org"
VITAL_SIGNS = frozenset(
    {
        *("85353-1", "9279-1", "8867-4", "2708-6", "59408-5", "8310-5", "8331-1", "8302-2", "9843-4", "29463-7"),
        *("39156-5", "85354-9", "55284-4", "8480-6", "8462-4", "8478-0"),
    }
)
"""Codes of FHIR's vital signs profile (R4 §10.1), and two older ones for temperature and blood pressure."""
LABORATORY = frozenset(
    {
        *("1558-6", "2339-0", "2345-7", "14749-6", "4548-4", "59261-8", "2160-0", "38483-4", "3094-0", "6299-2"),
        *("33914-3", "2951-2", "2947-0", "2823-3", "6298-4", "2075-0", "2069-3", "2028-9", "20565-8", "17861-6"),
        *("49765-1", "1751-7", "1975-2", "6768-6", "1742-6", "1920-8", "2324-2", "2093-3", "14647-2", "2085-9"),
        *("2089-1", "13457-7", "18262-6", "2571-8", "718-7", "4544-3", "20570-8", "6690-2", "26464-8", "789-8"),
        *("26453-1", "777-3", "26515-7", "785-6", "786-4", "787-2", "21000-5", "32207-3", "32623-1", "14959-1"),
        *("883-9", "10331-7", "882-1", "3016-3", "1988-5", "5902-2", "6301-6", "2276-4", "94500-6"),
    }
)
"""Codes of common laboratory tests. LOINC has tens of thousands; other results need a category or a specimen."""


def implied_category(observation: Mapping[str, Any]) -> str:
    """`vital-signs`, `laboratory`, or empty if neither the code nor a specimen says so."""
    concept = observation.get("code")
    listed = concept.get("coding") if isinstance(concept, dict) else None
    codings = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    codes = {str(one.get("code")) for one in codings if one.get("system") == SYSTEM}
    if codes & VITAL_SIGNS:
        return "vital-signs"
    return "laboratory" if codes & LABORATORY or isinstance(observation.get("specimen"), dict) else ""
