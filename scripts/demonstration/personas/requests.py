"""The two open requests that the patient persona can answer: of a trial, and of an insurer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.scripts.demonstration.context import DemoContext, Patient

DAY = 86_400


@dataclass(frozen=True, slots=True)
class PersonaRequest:
    """A request for consent: who asks, for what, until when, and what the patient gets."""

    participant: str
    purpose: str
    categories: Sequence[str]
    days: int
    reference: str
    benefit: Mapping[str, str]

    def form(self, patient: Patient, notice_hash: str) -> dict[str, Any]:
        """The request to this patient."""
        grant = {"categories": list(self.categories), "purposes": [self.purpose], "actions": ["view"]}
        grants = [grant | {"expires": int(time.time()) + self.days * DAY}]
        person = "0x" + patient.wallet.signer.hex()
        return {
            "data_subject": person,
            "grants": grants,
            "notice_hash": notice_hash,
            "reference": self.reference,
        } | dict(self.benefit)


REQUESTS = (
    PersonaRequest(
        "trial",
        "hl7:CLINTRCH",
        ("health.lab", "health.vitals"),
        90,
        "KCT0008791",
        {"benefit": "a yearly check-up, free of charge", "benefit_ko": "해마다 무료 건강검진"},
    ),
    PersonaRequest(
        "insurer",
        "hl7:CLMATTCH",
        ("health.encounter", "health.procedure"),
        30,
        "N-2026-0118",
        {"benefit": "your claim is paid without papers", "benefit_ko": "서류 없이 보험금 지급"},
    ),
)


def send_requests(context: DemoContext, patient: Patient) -> int:
    """Send the requests that are neither open nor refused; return how many of them are open now."""
    notices = context.clients["trial"].call("GET", "/notices")
    notice_hash = next(one["hash"] for one in notices if (one["name"], one["language"]) == ("general", "en"))
    forms = ((context.clients[one.participant], one.form(patient, notice_hash)) for one in REQUESTS)
    return sum(_is_open(client, form) for client, form in forms)


def _is_open(client: Client, form: Mapping[str, Any]) -> bool:
    """Send a request unless it is open or refused; False if the patient is not to be asked now."""
    state = _newest_state(client, form["data_subject"])
    if state in {"requested", "refused"}:
        return state == "requested"
    try:
        client.call("POST", "/requests", json=form)
    except RequestRefused:
        return False
    return True


def _newest_state(client: Client, person: str) -> str:
    """The state of the client's newest request to the person, or empty."""
    after, state = "", ""
    while page := client.call("GET", "/requests", params={"after": after, "limit": 500}):
        state = next((one["state"] for one in reversed(page) if one["data_subject"] == person), state)
        after = page[-1]["request_id"]
    return state
