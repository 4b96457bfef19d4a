"""Whose consent a FHIR Consent is: the names of its patient, and what an import by one person makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.errors import InvalidStatement, LedgerError
from mydata_ledger.services.health.formats.consents import codes
from mydata_ledger.services.health.formats.consents.elements import names_in
from mydata_ledger.services.health.formats.consents.resolving import contained_names

TYPED = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[^/]+)?$")
VERSION = re.compile(r"/_history/[^/]+$")


def patient_of(resource: Mapping[str, Any]) -> str:
    """The reference of the person; empty if it is none."""
    subject = _subject(resource)
    return str(subject.get("reference", ""))[:200]


def patient_names(resource: Mapping[str, Any]) -> frozenset[str]:
    """All names of the patient: the reference without its version, and `system|value` of identifiers, also of a
    contained Patient. Empty if nothing names the patient beyond this resource.

    Raises InvalidStatement if the consent is of a group, or of another thing than a patient.
    """
    subject, inside = _subject(resource), contained_names(resource)
    names = [VERSION.sub("", name) for name in names_in(subject)]
    stated = [str(subject.get("type", "")), *(found[1] for name in names if (found := TYPED.search(name)))]
    if others := [name for name in stated if name.rpartition("/")[2] not in {"", "Patient"}]:
        raise InvalidStatement(f"the consent is of a {others[0][:40]}, not of a patient")
    return frozenset(inner for name in names for inner in (inside.get(name, ()) if name.startswith("#") else [name]))


def _subject(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    subject = resource.get("patient", resource.get("subject"))
    return subject if isinstance(subject, Mapping) else {}


@dataclass(frozen=True, slots=True)
class ImportingPerson:
    """Who imports: the account (0x…, or empty if it is not known), and the names of patients that the person is."""

    account: str
    patients: frozenset[str]

    def refusals(self, consents: Iterable[frozenset[str]]) -> list[LedgerError | None]:
        """For each consent, by the names of its patient, why the person cannot give it; None where nothing speaks
        against it. Consents of two patients are refused unless it is known which of them the person is.
        """
        names = list(consents)
        several = len(_persons([each for each in names if each])) > 1
        return [self._refusal(each, several) for each in names]

    def _refusal(self, names: frozenset[str], several: bool) -> LedgerError | None:
        accounts = {account for name in names if (account := _account_in(name))}
        shown = next((f"`{name[:80]}`" for name in sorted(names) if "|" not in name), "another patient")
        if self.account and accounts - {self.account.lower()}:
            return InvalidStatement("the consent is of another person of this ledger; only that person signs it")
        if not names or (self.account and accounts) or names & self.patients:
            return None
        if self.patients:
            return InvalidStatement(f"the consent is of {shown}, whom --patient does not name: it is not yours to sign")
        if several:
            who = f"the consents are of several patients, this one of {shown}"
            return InvalidStatement(f"{who}: say by --patient which of them you are")
        return None


def _account_in(name: str) -> str:
    """The account that an identifier of this ledger names; empty for other names."""
    system, _, value = name.rpartition("|")
    return value.lower() if system == codes.PERSON else ""


def _persons(consents: list[frozenset[str]]) -> list[frozenset[str]]:
    """The patients of consents: those with a name in common are one."""
    persons: list[frozenset[str]] = []
    for names in consents:
        same = [person for person in persons if person & names]
        persons = [person for person in persons if person not in same] + [names.union(*same)]
    return persons
