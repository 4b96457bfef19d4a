"""Two hospitals issue the FHIR bundle of each patient, one record for each resource."""

from __future__ import annotations

from typing import Any

from mydata_ledger.client import Client
from mydata_ledger.ledger.record import Issue
from mydata_ledger.scripts.demonstration.context import DemoContext, Patient
from mydata_ledger.scripts.population import HOSPITALS


def issues(context: DemoContext) -> None:
    """Issue the records that are not issued yet, and wait until all records are on chain."""
    context.output.title("1 · Two hospitals issue their patients' records")
    new = [patient for patient in context.patients if not patient.records]
    last = -1
    for patient in context.output.with_progress(new, "sealing, signing, logging", len(new)):
        last = max(last, _issue(context, patient))
    if len(new) < len(context.patients):
        context.output.note(f"{len(context.patients) - len(new)} patients' records are here from an earlier run")
    size = context.clients["trial"].call("GET", "/log/records/heads")["accepted"]["size"]
    context.wait_anchored("records", size - 1)
    count = sum(len(patient.records) for patient in context.patients)
    detail = f"{count:,} records of {len(context.patients)} patients, each sealed under a key of its own"
    context.show("issue", detail, size >= count > 0 and last < size, log="records", position=size - 1)


def _issue(context: DemoContext, patient: Patient) -> int:
    """Issue the records of one patient at both hospitals; return the highest log position."""
    ids: list[str] = []
    last = -1
    for hospital in range(HOSPITALS):
        client = context.clients[f"hospital-{hospital}"]
        issued = _submit(client, patient, patient.person.bundle_for(hospital))
        ids += [record["record_id"] for record in issued]
        last = max([last, *(record["position"] for record in issued)])
    context.saved.issued(patient.person, ids)
    patient.records = context.saved.records(patient.person)
    return last


def _submit(client: Client, patient: Patient, bundle: bytes) -> list[dict[str, Any]]:
    drafted = client.call(
        "POST",
        "/health/bundles/drafts",
        params={"data_subject": "0x" + patient.wallet.signer.hex()},
        content=bundle,
        headers={"content-type": "application/fhir+json"},
    )
    return client.issue(drafted["drafts"], Issue)
