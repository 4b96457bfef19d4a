"""Four who ask: a trial team, an insurer, a merchant, a stranger."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from mydata_ledger.client import Client, RequestRefused
from mydata_ledger.ledger.kernel import OpenedRecord
from mydata_ledger.scripts.demonstration.context import DemoContext
from mydata_ledger.scripts.demonstration.steps.consenting import claim_of, joins_trial
from mydata_ledger.services.marketing.logic import segments

SAMPLE, LEAST = 40, 5
TRIAL, CLAIM = "hl7:CLINTRCH", "hl7:CLMATTCH"


def refused(client: Client, record_id: str, category: str, purpose: str) -> bool:
    """Whether the door shows its one face for absent and forbidden."""
    try:
        client.ask(record_id, category=category, purpose=purpose)
    except RequestRefused as refusal:
        return (refusal.status, refusal.code, refusal.detail) == (404, "access_denied", "")
    return False


def trial(scene: DemoContext) -> None:
    """The trial team reads consented results of consenting patients, and no other."""
    stage, team, studied = scene.output, scene.clients["trial"], scene.studied_category
    stage.title("3 · The trial team reads laboratory results")
    listed = team.call("GET", "/trials/records", params={"category": studied})["records"]
    expected = {r for patient in scene.patients if joins_trial(patient) for r in patient.of(studied)}
    sample = stage.following(listed[:SAMPLE], "reading", len(listed[:SAMPLE]))
    opened = [team.ask(record_id, category=studied, purpose=TRIAL) for record_id in sample]
    detail = f"{len(listed)} {studied} records of consenting patients listed, {len(opened)} opened as they were signed"
    scene.show("trial reads", detail, set(listed) == expected and len(opened) > 0)
    consented = {studied, "health.vitals", "health.encounter"}
    outside = [
        (record_id, r.category)
        for patient in scene.patients
        for record_id, r in patient.records
        if not (joins_trial(patient) and r.category in consented)
    ]
    held = bool(outside) and all(refused(team, *question, TRIAL) for question in outside[:5])
    scene.show("trial is refused", f"{len(outside)} records that nobody consented to stay closed", held)


def claim(scene: DemoContext) -> None:
    """The insurer reads exactly the visit of a claim."""
    insurer, wanted = scene.clients["insurer"], claim_of(scene)
    scene.output.title("4 · The insurer reads the visit of one claim")
    opened = [insurer.ask(record_id, category=category, purpose=CLAIM) for record_id, category in wanted.documents]
    scene.show("insurer reads", wanted.called, len(opened) == len(wanted.documents))
    named = {record_id for record_id, _ in wanted.documents}
    others = [(i, r.category) for p in (wanted.patient, *scene.patients) for i, r in p.records if i not in named]
    held = bool(others) and all(refused(insurer, *question, CLAIM) for question in others[:10])
    scene.show("insurer is refused", f"everything else of {wanted.patient.name} and others stays closed", held)


def aggregate(scene: DemoContext) -> None:
    """The merchant gets exactly the numbers about groups of five and more, and nobody's row."""
    merchant = scene.clients["merchant"]
    scene.output.title("5 · The pharmacy asks for numbers")
    answer = merchant.call("POST", "/marketing/aggregates", json={"least": LEAST})
    told = {group["group"]: group["people"] for group in answer["groups"]}
    text = ", ".join(f"{name}: {count} people" for name, count in told.items()) or "no group of five is here"
    scene.show("merchant counts", f"{text}; smaller groups look like none", told == _counted(scene))
    row = next((r for p in scene.patients for r in p.of("health.identity")), scene.patients[0].records[0][0])
    closed = refused(merchant, row, "health.identity", "mydata:MARKETING_SEGMENT")
    scene.show("merchant is refused", "a single row stays closed, whatever was consented for numbers", closed)


def _counted(scene: DemoContext) -> dict[str, int]:
    """The same groups, worked out from the input itself."""
    identities = [
        OpenedRecord(patient.wallet.signer, json.dumps(json.loads(r.text)["resource"]).encode(), LEAST)
        for patient in scene.patients
        for _, r in patient.records
        if r.kind == "Patient"
    ]
    return {group.name: group.people for group in segments(identities, [], LEAST, datetime.now(UTC).year)}


def stranger(scene: DemoContext) -> None:
    """A stranger learns nothing, not even what exists; the patient sees who asked."""
    scene.output.title("7 · A stranger asks")
    visitor = scene.stranger()
    patient = scene.patients[0]
    record_id, resource = patient.records[0]
    closed = refused(visitor, record_id, resource.category, "hl7:TREAT")
    absent = refused(visitor, "0x" + "ab" * 32, resource.category, "hl7:TREAT")
    asked = [r for r in patient.receipts() if r["message"].get("requester") == visitor.wallet.address]
    held = closed and absent and bool(asked) and asked[-1]["message"]["permitted"] is False
    scene.show("stranger is refused", f"absent and forbidden look the same; {patient.name} sees who asked", held)
