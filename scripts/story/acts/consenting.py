"""Every patient signs with a wallet of their own: some for the trial, all for numbers, one for a claim."""

from __future__ import annotations

import time
from typing import Any

from scripts.story.scene import Patient, Scene

YEAR = 365 * 86_400


def permit(categories: list[str], purpose: str, action: str = "view", **terms: Any) -> dict[str, Any]:
    """A grant for a year from now, which is over neither too soon nor never."""
    now = int(time.time())
    window = {"not_before": now - 60, "expires": now + YEAR}
    return {"effect": "permit", "categories": categories, "purposes": [purpose], "actions": [action], **window, **terms}


def joins_trial(patient: Patient) -> bool:
    """Two of three patients take part."""
    return patient.number % 3 != 2


def claimant(scene: Scene) -> tuple[Patient, str] | None:
    """The patient with a claim, and the visit it is about: the first with a visit that other records belong to."""
    for patient in scene.patients:
        for _, resource in patient.records:
            if resource.kind == "Encounter" and len(papers_of(patient, resource.name)) > 1:
                return patient, resource.name
    return None


def papers_of(patient: Patient, visit: str) -> list[tuple[str, str]]:
    """Record id and category of everything that belongs to a visit."""
    return [(record_id, r.category) for record_id, r in patient.records if r.visit == visit]


def consents(scene: Scene) -> None:
    """Sign all of them, and wait until the last is on chain."""
    scene.stage.title("2 · Patients sign consents with their own keys")
    accepted: list[dict[str, Any]] = []
    for patient in scene.stage.following(scene.patients, "signing", len(scene.patients)):
        accepted += _signs(scene, patient)
    if claim := claimant(scene):
        patient, visit = claim
        named = [record_id for record_id, _ in papers_of(patient, visit)]
        grant = permit(["health"], "hl7:CLMATTCH", records=named)
        accepted.append(patient.agrees(scene.address("insurer"), grant))
    last = max(one["position"] for one in accepted)
    block = scene.wait_anchored("consents", last)
    joining = sum(map(joins_trial, scene.patients))
    detail = f"{len(accepted)} consents on chain; {joining} of {len(scene.patients)} patients join the trial"
    scene.stage.show("consent", detail, all(one["log"] == "consents" for one in accepted), position=last, block=block)


def _signs(scene: Scene, patient: Patient) -> list[dict[str, Any]]:
    counting = permit(
        ["health.identity", "health.claim"], "mydata:MARKETING_SEGMENT", "compute", conditions=["aggregate-only:5"]
    )
    signed = [patient.agrees(scene.address("merchant"), counting)]
    if joins_trial(patient):
        signed.append(patient.agrees(scene.address("trial"), permit(["health.lab", "health.vitals"], "hl7:CLINTRCH")))
    return signed
