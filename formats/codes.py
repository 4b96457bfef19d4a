"""Codes of code systems: one name for each system, and whether a code can be one of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mydata_ledger.formats.units import SYSTEM as UCUM
from mydata_ledger.formats.units import is_unit

LOINC, SNOMED, RXNORM = "http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10, ATC, CVX = "http://hl7.org/fhir/sid/icd-10", "http://www.whocc.no/atc", "http://hl7.org/fhir/sid/cvx"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
KCD = "http://www.hl7korea.or.kr/CodeSystem/kostat-kcd-8"
"""The Korean classification of diseases (KCD-8), as KR Core names it."""
OTHER_NAMES = {
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "https://loinc.org": LOINC,
    "LN": LOINC,
    "LOINC": LOINC,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "https://snomed.info/sct": SNOMED,
    "SCT": SNOMED,
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
    "urn:oid:2.16.840.1.113883.6.90": ICD10CM,
    "I10": ICD10,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "http://www.whocc.no/atc/": ATC,
    "urn:oid:2.16.840.1.113883.6.8": UCUM,
    "urn:oid:2.16.840.1.113883.12.292": CVX,
    "https://unitsofmeasure.org": UCUM,
}
"""Other names of systems: OIDs of HL7, codes of HL7 v2 table 0396, and URLs that are often written."""
FORMS = {
    LOINC: r"(?P<digits>\d{1,7})-(?P<check>\d)",
    SNOMED: r"[1-9]\d{5,17}",
    RXNORM: r"[1-9]\d{0,7}",
    ICD10: r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?[+*]?",
    ICD10CM: r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?",
    KCD: r"[A-Z]\d\d(\.?\d{1,4})?[+*]?",
    ATC: r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?",
    CVX: r"\d{1,3}",
}
PATTERNS = {system: re.compile(form, re.ASCII) for system, form in FORMS.items()}
DIHEDRAL = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
PERMUTED = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
MOST_CODINGS = 200


@dataclass(frozen=True, slots=True)
class Coding:
    """A code, and the one name of its system; empty if none is stated."""

    system: str
    code: str


def system_of(name: str) -> str:
    """The one name of a code system, without a version; a name that is not known stays as it is."""
    bare = name.strip().partition("|")[0].rstrip("/") or ""
    if bare.startswith((f"{SNOMED}/", "https://snomed.info/sct/")):
        return SNOMED
    oid = f"urn:oid:{bare}" if re.fullmatch(r"[0-2](\.[0-9]+){3,}", bare) else bare
    return OTHER_NAMES.get(oid, oid)


def is_code(coding: Coding) -> bool:
    """Whether the code can be one of its system, by its form and check digit; true for systems that are not known."""
    if coding.system == UCUM:
        return is_unit(coding.code)
    form = PATTERNS.get(coding.system)
    matched = form.fullmatch(coding.code) if form else None
    if form is None or matched is None:
        return form is None
    if coding.system == LOINC:
        return _luhn(matched["digits"]) == int(matched["check"])
    return coding.system != SNOMED or _verhoeff(coding.code)


def codings_of(concept: Any) -> Iterator[Coding]:
    """The codings of a FHIR CodeableConcept, of a Coding, or of a list of them; nothing for anything else."""
    listed = concept if isinstance(concept, list) else [concept]
    for one in listed[:MOST_CODINGS]:
        inner = one.get("coding", [one]) if isinstance(one, dict) else []
        for coding in inner[:MOST_CODINGS] if isinstance(inner, list) else []:
            code = coding.get("code") if isinstance(coding, dict) else None
            system = coding.get("system", "") if isinstance(coding, dict) else ""
            if isinstance(code, str) and code and isinstance(system, str):
                yield Coding(system_of(system), code)


def _luhn(digits: str) -> int:
    """The check digit (modulus 10) of a LOINC code."""
    doubled = [int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(digits))]
    return -sum(number // 10 + number % 10 for number in doubled) % 10


def _verhoeff(code: str) -> bool:
    """Whether the last digit of a SNOMED CT identifier is its check digit (Verhoeff)."""
    check = 0
    for index, digit in enumerate(reversed(code)):
        check = int(DIHEDRAL[check * 10 + int(PERMUTED[index % 8 * 10 + int(digit)])])
    return check == 0
