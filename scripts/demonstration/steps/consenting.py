"""Each patient signs consents with an own wallet: all for statistics, some for the trial, one for a claim."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from mydata_ledger.scripts.demonstration.context import DemoContext, Patient

YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class InsuranceClaim:
    """Records (id and category) of one patient that the insurer may see, and their description in the output."""

    patient: Patient
    documents: list[tuple[str, str]]
    description: str


def permit(categories: list[str], purpose: str, action: str = "view", **terms: Any) -> dict[str, Any]:
    """A grant that permits an action for one year from now."""
    now = int(time.time())
    window = {"not_before": now - 60, "expires": now + YEAR}
    return {"effect": "permit", "categories": categories, "purposes": [purpose], "actions": [action], **window, **terms}


def joins_trial(patient: Patient) -> bool:
    """True for two of three patients."""
    return patient.number % 3 != 2


def claim_of(context: DemoContext) -> InsuranceClaim:
    """The first visit that other records belong to; one record if the data has no visits."""
    for patient in context.patients:
        for _, resource in patient.records:
            documents = [(i, r.category) for i, r in patient.records if r.visit and r.visit == resource.name]
            if resource.kind == "Encounter" and len(documents) > 1:
                description = f"the visit of {patient.name} and its {len(documents) - 1} documents"
                return InsuranceClaim(patient, documents, description)
    patient = context.patients[0]
    record_id, resource = patient.records[0]
    return InsuranceClaim(
        patient, [(record_id, resource.category)], f"one record of {patient.name}; this data has no visits"
    )


def consents(context: DemoContext) -> None:
    """Sign the consents of all patients, and wait until the last one is on chain."""
    context.output.title("2 · Patients sign consents with their own keys")
    accepted: list[dict[str, Any]] = []
    for patient in context.output.with_progress(context.patients, "signing", len(context.patients)):
        accepted += _sign_consents(context, patient)
    claim = claim_of(context)
    grant = permit(["health"], "hl7:CLMATTCH", records=[record_id for record_id, _ in claim.documents])
    accepted.append(claim.patient.agrees(context.address("insurer"), grant))
    last = max(consent["position"] for consent in accepted)
    context.wait_anchored("consents", last)
    joining = sum(map(joins_trial, context.patients))
    detail = f"{len(accepted)} consents on chain; {joining} of {len(context.patients)} patients join the trial"
    context.show(
        "consent", detail, all(consent["log"] == "consents" for consent in accepted), log="consents", position=last
    )


def _sign_consents(context: DemoContext, patient: Patient) -> list[dict[str, Any]]:
    statistics = permit(
        ["health.identity", "health.claim"], "mydata:MARKETING_SEGMENT", "compute", conditions=["aggregate-only:5"]
    )
    signed = [patient.agrees(context.address("merchant"), statistics)]
    if joins_trial(patient):
        trial = permit([context.studied_category, "health.vitals", "health.encounter"], "hl7:CLINTRCH")
        signed.append(patient.agrees(context.address("trial"), trial))
    return signed
