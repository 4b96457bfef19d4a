"""Every patient signs with a wallet of their own: some for the trial, all for numbers, one for a claim."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from mydata_ledger.scripts.demonstration.context import DemoContext, Patient

YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class InsuranceClaim:
    """What the insurer may see: whose, which records (id and category), and how the story calls them."""

    patient: Patient
    documents: list[tuple[str, str]]
    called: str


def permit(categories: list[str], purpose: str, action: str = "view", **terms: Any) -> dict[str, Any]:
    """A grant for a year from now, which is over neither too soon nor never."""
    now = int(time.time())
    window = {"not_before": now - 60, "expires": now + YEAR}
    return {"effect": "permit", "categories": categories, "purposes": [purpose], "actions": [action], **window, **terms}


def joins_trial(patient: Patient) -> bool:
    """Two of three patients take part."""
    return patient.number % 3 != 2


def claim_of(scene: DemoContext) -> InsuranceClaim:
    """The first visit that other records belong to; where these people have no visits, one record stands for it."""
    for patient in scene.patients:
        for _, resource in patient.records:
            papers = [(i, r.category) for i, r in patient.records if r.visit and r.visit == resource.name]
            if resource.kind == "Encounter" and len(papers) > 1:
                return InsuranceClaim(patient, papers, f"the visit and its {len(papers) - 1} papers of {patient.name}")
    patient = scene.patients[0]
    record_id, resource = patient.records[0]
    return InsuranceClaim(
        patient, [(record_id, resource.category)], f"one record of {patient.name}; this data has no visits"
    )


def consents(scene: DemoContext) -> None:
    """Sign all of them, and wait until the last is on chain."""
    scene.output.title("2 · Patients sign consents with their own keys")
    accepted: list[dict[str, Any]] = []
    for patient in scene.output.following(scene.patients, "signing", len(scene.patients)):
        accepted += _signs(scene, patient)
    claim = claim_of(scene)
    grant = permit(["health"], "hl7:CLMATTCH", records=[record_id for record_id, _ in claim.documents])
    accepted.append(claim.patient.agrees(scene.address("insurer"), grant))
    last = max(one["position"] for one in accepted)
    scene.wait_anchored("consents", last)
    joining = sum(map(joins_trial, scene.patients))
    detail = f"{len(accepted)} consents on chain; {joining} of {len(scene.patients)} patients join the trial"
    scene.show("consent", detail, all(one["log"] == "consents" for one in accepted), log="consents", position=last)


def _signs(scene: DemoContext, patient: Patient) -> list[dict[str, Any]]:
    counting = permit(
        ["health.identity", "health.claim"], "mydata:MARKETING_SEGMENT", "compute", conditions=["aggregate-only:5"]
    )
    signed = [patient.agrees(scene.address("merchant"), counting)]
    if joins_trial(patient):
        wide = permit([scene.studied_category, "health.vitals", "health.encounter"], "hl7:CLINTRCH")
        signed.append(patient.agrees(scene.address("trial"), wide))
    return signed
