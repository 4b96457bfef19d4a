"""Two hospitals issue every patient's bundle, resource by resource."""

from __future__ import annotations

from typing import Any

from mydata_ledger.client import Client
from mydata_ledger.ledger.record import Issue
from mydata_ledger.scripts.demonstration.context import DemoContext, Patient
from mydata_ledger.scripts.population import HOSPITALS


def issues(scene: DemoContext) -> None:
    """Issue what is not issued yet, and wait until all of it is on chain."""
    scene.output.title("1 · Two hospitals issue their patients' records")
    new = [patient for patient in scene.patients if not patient.records]
    last = -1
    for patient in scene.output.following(new, "sealing, signing, logging", len(new)):
        last = max(last, _issue(scene, patient))
    if len(new) < len(scene.patients):
        scene.output.note(f"{len(scene.patients) - len(new)} patients' records are here from an earlier run")
    size = scene.clients["trial"].call("GET", "/log/records/heads")["accepted"]["size"]
    scene.wait_anchored("records", size - 1)
    count = sum(len(patient.records) for patient in scene.patients)
    detail = f"{count:,} records of {len(scene.patients)} patients, each sealed under a key of its own"
    scene.show("issue", detail, size >= count > 0 and last < size, log="records", position=size - 1)


def _issue(scene: DemoContext, patient: Patient) -> int:
    """Both hospitals' part of one patient; the highest log position."""
    ids: list[str] = []
    last = -1
    for hospital in range(HOSPITALS):
        client = scene.clients[f"hospital-{hospital}"]
        placed = _hand_in(client, patient, patient.person.bundle_for(hospital))
        ids += [one["record_id"] for one in placed]
        last = max([last, *(one["position"] for one in placed)])
    scene.book.issued(patient.person, ids)
    patient.records = scene.book.records(patient.person)
    return last


def _hand_in(client: Client, patient: Patient, bundle: bytes) -> list[dict[str, Any]]:
    drafted = client.call(
        "POST",
        "/health/bundles/drafts",
        params={"data_subject": "0x" + patient.wallet.signer.hex()},
        content=bundle,
        headers={"content-type": "application/fhir+json"},
    )
    return client.issue(drafted["drafts"], Issue)
