"""Access requests of a trial team, an insurer, a merchant, and a stranger."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.kernel import OpenedRecord
from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.steps.consenting import claim_of, joins_trial
from mydata_ledger.services.marketing.logic import IDENTITY, segments

SAMPLE, MIN_GROUP = 40, 5
TRIAL, CLAIM = "hl7:CLINTRCH", "hl7:CLMATTCH"


def refused(client: Client, record_id: str, category: str, purpose: str, **more: str) -> bool:
    """True if the API answers 404 `access_denied`, its one answer for an absent and for a forbidden record."""
    try:
        client.ask(record_id, category=category, purpose=purpose, **more)
    except RequestRefused as refusal:
        return (refusal.status, refusal.code, refusal.detail) == (404, "access_denied", "")
    return False


def trial(context: DemoContext) -> None:
    """The trial team reads consented results of consenting patients, and no others."""
    output, team, studied = context.output, context.clients["trial"], context.studied_category
    output.title("3 · The trial team reads laboratory results")
    listed = team.call("GET", "/trials/records", params={"category": studied})["records"]
    expected = {r for patient in context.patients if joins_trial(patient) for r in patient.of(studied)}
    sample = output.with_progress(listed[:SAMPLE], "reading", len(listed[:SAMPLE]))
    opened = [team.ask(record_id, category=studied, purpose=TRIAL) for record_id in sample]
    detail = f"{len(listed)} {studied} records of consenting patients listed, {len(opened)} opened as they were signed"
    context.show("trial reads", detail, set(listed) == expected and len(opened) > 0)
    consented = {studied, "health.vitals", "health.encounter"}
    outside = [
        (record_id, r.category)
        for patient in context.patients
        for record_id, r in patient.records
        if not (joins_trial(patient) and r.category in consented)
    ]
    held = bool(outside) and all(refused(team, *record, TRIAL) for record in outside[:5])
    context.show("trial is refused", f"{len(outside)} records that nobody consented to stay closed", held)


def claim(context: DemoContext) -> None:
    """The insurer reads exactly the records of one claim."""
    insurer, wanted = context.clients["insurer"], claim_of(context)
    context.output.title("4 · The insurer reads the visit of one claim")
    opened = [insurer.ask(record_id, category=category, purpose=CLAIM) for record_id, category in wanted.documents]
    context.show("insurer reads", wanted.description, len(opened) == len(wanted.documents))
    claimed = {record_id for record_id, _ in wanted.documents}
    others = [(i, r.category) for p in (wanted.patient, *context.patients) for i, r in p.records if i not in claimed]
    held = bool(others) and all(refused(insurer, *record, CLAIM) for record in others[:10])
    context.show("insurer is refused", f"everything else of {wanted.patient.name} and others stays closed", held)


def aggregate(context: DemoContext) -> None:
    """The merchant gets exactly the counts of groups of five people or more, and no single record."""
    merchant = context.clients["merchant"]
    context.output.title("5 · The pharmacy asks for numbers")
    answer = merchant.call("POST", "/marketing/aggregates", json={"least": MIN_GROUP})
    group_sizes = {group["group"]: group["people"] for group in answer["groups"]}
    text = ", ".join(f"{name}: {count} people" for name, count in group_sizes.items()) or "no group has five people"
    context.show("merchant counts", f"{text}; smaller groups look like none", group_sizes == _counted(context))
    row = next((r for p in context.patients for r in p.of("health.identity")), context.patients[0].records[0][0])
    closed = refused(merchant, row, "health.identity", "mydata:MARKETING_SEGMENT")
    context.show("merchant is refused", "a single row stays closed, whatever was consented for numbers", closed)


def _counted(context: DemoContext) -> dict[str, int]:
    """The expected group sizes, computed from the input."""
    identities = [
        OpenedRecord(patient.wallet.signer, json.dumps(json.loads(r.text)["resource"]).encode(), MIN_GROUP, IDENTITY)
        for patient in context.patients
        for _, r in patient.records
        if r.kind == "Patient"
    ]
    return {group.name: group.people for group in segments(identities, MIN_GROUP, datetime.now(UTC).year)}


def stranger(context: DemoContext) -> None:
    """A stranger learns nothing, not even which records exist; the patient sees who asked."""
    context.output.title("7 · A stranger asks")
    client = context.stranger()
    patient = context.patients[0]
    record_id, resource = patient.records[0]
    closed = refused(client, record_id, resource.category, "hl7:TREAT")
    absent = refused(client, "0x" + "ab" * 32, resource.category, "hl7:TREAT")
    receipts = [r for r in patient.receipts() if r["message"].get("requester") == client.wallet.address]
    held = closed and absent and bool(receipts) and receipts[-1]["message"]["permitted"] is False
    context.show("stranger is refused", f"absent and forbidden look the same; {patient.name} sees who asked", held)
