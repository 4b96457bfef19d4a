"""A patient narrows, then withdraws; each time the very next read is refused, and the proof says so to anyone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from scripts.client import PATIENCE
from scripts.story.acts.consenting import joins_trial, permit
from scripts.story.acts.reading import refused
from scripts.story.scene import Patient, Scene
from scripts.verify import Verdict, load, verify
from scripts.verify.onchain import OnChain

PURPOSE = "hl7:CLINTRCH"
NOBODY = "http://127.0.0.1:9"
"""Port 9 is discard: nothing answers there, as when an RPC is down."""


def hero(scene: Scene) -> Patient:
    """The patient of this act: in the trial, with laboratory results and, where the data has them, vital signs."""
    joined = [p for p in scene.patients if joins_trial(p) and p.of("health.lab")]
    return next((p for p in joined if p.of("health.vitals")), joined[0])


def narrows(scene: Scene) -> None:
    """Version 2 says less than version 1: what it no longer says is refused at once."""
    stage, team, patient = scene.stage, scene.clients["trial"], hero(scene)
    stage.title("8 · A patient narrows a consent")
    lab = patient.of("health.lab")[0]
    dropped = ("health.vitals", patient.of("health.vitals"))
    if not dropped[1]:
        dropped = ("health.lab", patient.of("health.lab")[1:])
    kept = permit(["health.lab"], PURPOSE, records=[lab])
    before = team.ask(dropped[1][0], category=dropped[0], purpose=PURPOSE)
    accepted = patient.agrees(scene.address("trial"), kept)
    closed = refused(team, dropped[1][0], dropped[0], PURPOSE)
    block = scene.wait_anchored("consents", accepted["position"])
    after = team.ask(lab, category="health.lab", purpose=PURPOSE)
    detail = f"{patient.name} now permits one laboratory result only; the next read of anything else is refused"
    held = closed and after.position > before.position
    stage.show("patient narrows", detail, held, position=accepted["position"], block=block, receipt=after.position)


def withdraws(scene: Scene) -> None:
    """Receipts are valid before, revoked after, and unknown where no chain answers."""
    stage, team, patient = scene.stage, scene.clients["trial"], hero(scene)
    stage.title("9 · The patient withdraws, and proves it offline")
    lab = patient.of("health.lab")[0]
    read = team.ask(lab, category="health.lab", purpose=PURPOSE)
    files = _proofs(scene, patient, read.position)
    chain = OnChain(scene.stack.rpc_url)
    _shows(scene, "receipt verified", files, chain, "valid", receipt=read.position)
    accepted = patient.client.withdraw(scene.address("trial"))
    closed = refused(team, lab, "health.lab", PURPOSE)
    stage.show("patient withdraws", "the next read is refused, before any block", closed, position=accepted["position"])
    _until_revoked(files[0], chain)
    _shows(scene, "withdrawal verified", files, chain, "revoked", receipt=read.position)
    _shows(scene, "no chain, no claim", files, OnChain(NOBODY), "unknown", receipt=read.position)


def _proofs(scene: Scene, patient: Patient, receipt: int) -> list[Path]:
    """The patient's consent copy and the access receipt as files, once both are anchored."""
    scene.wait_anchored("access", receipt)
    entry = patient.consents_to(scene.address("trial"))[-1]["entry"]
    folder = scene.stack.state / "story"
    paths = [folder / "consent.json", folder / "receipt.json"]
    for path, source in zip(paths, (f"/consents/{entry}/copy", f"/receipts/{receipt}"), strict=True):
        document: dict[str, Any] = patient.client.call("GET", source)
        path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return paths


def _shows(scene: Scene, step: str, files: list[Path], chain: OnChain, result: str, *, receipt: int) -> None:
    verdicts: list[Verdict] = [verify(load(path), chain) for path in files]
    said = " and ".join(f"{path.name} {verdict.result}" for path, verdict in zip(files, verdicts, strict=True))
    scene.stage.show(step, f"{said}, without asking our API", {v.result for v in verdicts} == {result}, receipt=receipt)


def _until_revoked(consent: Path, chain: OnChain) -> None:
    deadline = time.monotonic() + PATIENCE
    while verify(load(consent), chain).result != "revoked" and time.monotonic() < deadline:
        time.sleep(0.2)
