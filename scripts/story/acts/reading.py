"""Four who ask: a trial team, an insurer, a merchant, a stranger."""

from __future__ import annotations

from scripts.client import Client, Refused
from scripts.story.acts.consenting import claimant, joins_trial, papers_of
from scripts.story.scene import Scene

SAMPLE = 40


def refused(client: Client, record_id: str, category: str, purpose: str) -> bool:
    """Whether the door shows its one face for absent and forbidden."""
    try:
        client.ask(record_id, category=category, purpose=purpose)
    except Refused as refusal:
        return (refusal.status, refusal.code, refusal.detail) == (404, "access_denied", "")
    return False


def trial(scene: Scene) -> None:
    """The trial team reads consented laboratory results of consenting patients, and no other."""
    stage, team = scene.stage, scene.clients["trial"]
    stage.title("3 · The trial team reads laboratory results")
    listed = team.call("GET", "/trials/records", params={"category": "health.lab"})["records"]
    expected = {r for patient in scene.patients if joins_trial(patient) for r in patient.of("health.lab")}
    sample = stage.following(listed[:SAMPLE], "reading", len(listed[:SAMPLE]))
    opened = [team.read(f"/trials/records/{record_id}") for record_id in sample]
    last = opened[-1] if opened else None
    detail = (
        f"{len(listed)} results of consenting patients listed, {len(opened)} opened, each as its hospital signed it"
    )
    place = {"block": last.block, "receipt": last.position} if last else {}
    stage.show("trial reads", detail, set(listed) == expected and len(opened) > 0, **place)
    outside = [r for patient in scene.patients if not joins_trial(patient) for r in patient.of("health.lab")]
    held = bool(outside) and all(refused(team, r, "health.lab", "hl7:CLINTRCH") for r in outside[:5])
    stage.show("trial is refused", f"{len(outside)} results of patients who did not join stay closed", held)


def claim(scene: Scene) -> None:
    """The insurer reads exactly the visit of a claim."""
    stage, insurer = scene.stage, scene.clients["insurer"]
    stage.title("4 · The insurer reads the visit of one claim")
    found = claimant(scene)
    if found is None:
        stage.show("insurer reads", "no visit in this data has papers, so there is no claim to make", held=False)
        return
    patient, visit = found
    papers = papers_of(patient, visit)
    opened = [insurer.ask(record_id, category=category, purpose="hl7:CLMATTCH") for record_id, category in papers]
    detail = f"the visit and its {len(papers) - 1} papers of {patient.name}"
    stage.show("insurer reads", detail, len(opened) == len(papers), block=opened[-1].block, receipt=opened[-1].position)
    others = [(i, r.category) for i, r in patient.records if r.visit != visit][:10]
    held = bool(others) and all(refused(insurer, i, category, "hl7:CLMATTCH") for i, category in others)
    stage.show("insurer is refused", f"everything else of {patient.name} stays closed", held)


def aggregate(scene: Scene) -> None:
    """The merchant gets numbers about groups of five and more, and nobody's row."""
    stage, merchant = scene.stage, scene.clients["merchant"]
    stage.title("5 · The pharmacy asks for numbers")
    answer = merchant.call("POST", "/marketing/aggregates", json={"least": 5})
    groups = {group["group"]: group["people"] for group in answer["groups"]}
    told = ", ".join(f"{name}: {count}" for name, count in groups.items()) or "no group of five"
    held = all(count >= 5 for count in groups.values()) and bool(groups)
    stage.show("merchant counts", f"{told}; smaller groups look like none", held)
    row = next(record_id for patient in scene.patients for record_id in patient.of("health.identity"))
    stage.show(
        "merchant is refused", "a single row stays closed", refused(merchant, row, "health.identity", "hl7:HMARKT")
    )


def stranger(scene: Scene) -> None:
    """A stranger learns nothing, not even what exists."""
    scene.stage.title("7 · A stranger asks")
    visitor = scene.stranger()
    patient = scene.patients[0]
    record_id, resource = patient.records[0]
    closed = refused(visitor, record_id, resource.category, "hl7:TREAT")
    absent = refused(visitor, "0x" + "ab" * 32, resource.category, "hl7:TREAT")
    receipts = patient.client.call("GET", "/receipts", params={"limit": 1000})
    asked = [r for r in receipts if r["message"].get("requester") == visitor.wallet.address]
    held = closed and absent and bool(asked) and asked[-1]["message"]["permitted"] is False
    place = {"receipt": asked[-1]["position"], "block": asked[-1]["message"]["block"]} if asked else {}
    scene.stage.show(
        "stranger is refused", f"absent and forbidden look the same; {patient.name} sees who asked", held, **place
    )
