"""A patient narrows, then withdraws; each time the very next read is refused, and the proof says so to anyone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from mydata_ledger.client import PATIENCE
from mydata_ledger.scripts.demonstration.context import DemoContext, Patient
from mydata_ledger.scripts.demonstration.steps.consenting import joins_trial, permit
from mydata_ledger.scripts.demonstration.steps.reading import refused
from mydata_ledger.scripts.verify import Verdict, load, verify
from mydata_ledger.scripts.verify.onchain import RegistryReader

PURPOSE = "hl7:CLINTRCH"
NOBODY = "http://127.0.0.1:9"
"""Port 9 is discard: nothing answers there, as when an RPC is down."""


def consenting_patient(scene: DemoContext) -> Patient:
    """The patient of this act: in the trial, with two studied records or more where there is such a one."""
    joined = [p for p in scene.patients if joins_trial(p) and p.of(scene.studied_category)]
    return next((p for p in joined if len(p.of(scene.studied_category)) > 1), joined[0])


def narrows(scene: DemoContext) -> None:
    """The next version says less than the one before: what it no longer says is refused at once."""
    team, patient, studied = scene.clients["trial"], consenting_patient(scene), scene.studied_category
    scene.output.title("8 · A patient narrows a consent")
    kept, *rest = patient.of(studied)
    dropped = [(record_id, studied) for record_id in rest]
    dropped += [(record_id, "health.vitals") for record_id in patient.of("health.vitals")]
    before = [team.ask(record_id, category=category, purpose=PURPOSE) for record_id, category in dropped[:3]]
    accepted = patient.agrees(scene.address("trial"), permit([studied], PURPOSE, records=[kept]))
    closed = all(refused(team, *question, PURPOSE) for question in dropped)
    scene.wait_anchored("consents", accepted["position"])
    still = all(refused(team, *question, PURPOSE) for question in dropped)
    after = team.ask(kept, category=studied, purpose=PURPOSE)
    detail = f"{patient.name} now permits one record only; the next read of the other {len(dropped)} is refused"
    held = closed and still and all(read.position < after.position for read in before)
    scene.show("patient narrows", detail, held, log="consents", position=accepted["position"])


def withdraws(scene: DemoContext) -> None:
    """Receipts are valid before, revoked after, and unknown where no chain answers."""
    team, patient = scene.clients["trial"], consenting_patient(scene)
    scene.output.title("9 · The patient withdraws, and proves it offline")
    kept = patient.of(scene.studied_category)[0]
    read = team.ask(kept, category=scene.studied_category, purpose=PURPOSE)
    files = _proofs(scene, patient, read.position)
    chain = RegistryReader(scene.stack.rpc_url)
    _shows(scene, "receipt verified", files, chain, "valid")
    accepted = patient.client.withdraw(scene.address("trial"))
    closed = refused(team, kept, scene.studied_category, PURPOSE)
    detail = "the next read is refused, before any block"
    scene.show("patient withdraws", detail, closed, log="consents", position=accepted["position"])
    _until_revoked(files[0], chain)
    _shows(scene, "withdrawal verified", files, chain, "revoked")
    _shows(scene, "no chain, no claim", files, RegistryReader(NOBODY), "unknown")


def _proofs(scene: DemoContext, patient: Patient, receipt: int) -> list[Path]:
    """The patient's consent copy and the access receipt as files, once both are anchored."""
    scene.wait_anchored("access", receipt)
    entry = patient.consents_to(scene.address("trial"))[-1]["entry"]
    folder = scene.stack.state / "story"
    paths = [folder / "consent.json", folder / "receipt.json"]
    for path, source in zip(paths, (f"/consents/{entry}/copy", f"/receipts/{receipt}"), strict=True):
        document: dict[str, Any] = patient.client.call("GET", source)
        path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return paths


def _shows(scene: DemoContext, step: str, files: list[Path], chain: RegistryReader, result: str) -> None:
    verdicts: list[Verdict] = [verify(load(path), chain) for path in files]
    said = " and ".join(f"{path.name} {verdict.result}" for path, verdict in zip(files, verdicts, strict=True))
    scene.show(step, f"{said}, without asking our API", {v.result for v in verdicts} == {result})


def _until_revoked(consent: Path, chain: RegistryReader) -> None:
    deadline = time.monotonic() + PATIENCE
    while verify(load(consent), chain).result != "revoked" and time.monotonic() < deadline:
        time.sleep(0.2)
