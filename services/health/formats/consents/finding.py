"""The Consents of a file: a single resource, a Bundle of any kind, or one resource per line
(NDJSON, FHIR bulk data).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.canonical import read
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
    lines = raw.splitlines()
    if len(lines) > 1 and lines[0].rstrip().endswith(b"}") and lines[0].lstrip().startswith(b"{"):
        consents = [
            FoundConsent(f"line {number}", line) for number, line in enumerate(lines, 1) if _may_be_consent(line)
        ]
    else:
        consents = list(_inside(raw))
    if not consents:
        raise MalformedInput("no FHIR Consent here: give a Consent, a Bundle with Consents, or one Consent a line")
    if len(consents) > MAX_CONSENTS:
        raise TooLarge(f"a file has at most {MAX_CONSENTS} consents; split it")
    return consents


def _inside(raw: bytes) -> Iterator[FoundConsent]:
    resource = read(raw)
    if not isinstance(resource, dict) or resource.get("resourceType") != "Bundle":
        yield FoundConsent("", raw)
        return
    entries = resource.get("entry", [])
    if not isinstance(entries, list):
        raise MalformedInput("`Bundle.entry` is a list")
    for number, entry in enumerate(entries):
        inner: Any = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(inner, dict) and inner.get("resourceType") == "Consent":
            yield FoundConsent(
                f"entry[{number}]", json.dumps(inner, ensure_ascii=False).encode("utf-8", "surrogatepass")
            )


def _may_be_consent(line: bytes) -> bool:
    """True if a line is a Consent, or is not readable; an unreadable one is refused by name later."""
    if not line.strip():
        return False
    try:
        resource = read(line)
    except MalformedInput:
        return True
    return not isinstance(resource, dict) or resource.get("resourceType") == "Consent"
