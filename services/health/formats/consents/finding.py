"""The Consents of a file: a single resource, a Bundle of any type, Parameters, or one resource a line (NDJSON)."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.formats.fhir.containers import Part, UnusablePart, parts_of
from mydata_ledger.formats.fhir.versions import present_versions
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

MAX_CONSENTS = 1_000
"""Consents in one file."""


@dataclass(frozen=True, slots=True)
class FoundConsent:
    """One Consent: its position in the file (empty if it is the whole file), and its JSON."""

    path: str
    raw: bytes


def consents_in(raw: bytes) -> list[FoundConsent]:
    """Every Consent of a file in order, readable or not: each is parsed by itself later, so that a bad one affects no
    other.

    Raises:
        MalformedInput: The file is not JSON or has no Consent.
        TooLarge: The file has more than 1,000 of them.
    """
    parts = [part for part in present_versions(parts_of(raw)) if _may_be_consent(part)]
    if not parts:
        raise MalformedInput("no FHIR Consent here: give a Consent, a Bundle with Consents, or one Consent a line")
    if len(parts) > MAX_CONSENTS:
        raise TooLarge(f"a file has at most {MAX_CONSENTS} consents; split it")
    return [FoundConsent(part.place, part.raw) for part in parts]


def _may_be_consent(part: Part) -> bool:
    """True if a part is a Consent, is the whole file, or is not readable; what is no Consent is refused by name later.

    An older version in a history is none, since it is no longer in force.
    """
    if isinstance(part, UnusablePart):
        return part.refused
    return part.kind == "Consent" or not part.place
