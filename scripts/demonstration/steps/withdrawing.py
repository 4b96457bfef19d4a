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
NO_RPC = "http://127.0.0.1:9"
"""An RPC URL that never answers: port 9 is the discard port."""


def consenting_patient(context: DemoContext) -> Patient:
    """The patient who withdraws: joined the trial, and has two studied records or more if such a patient exists."""
    joined = [p for p in context.patients if joins_trial(p) and p.of(context.studied_category)]
    return next((p for p in joined if len(p.of(context.studied_category)) > 1), joined[0])


def narrows(context: DemoContext) -> None:
    """The next version of a consent permits less; what it no longer permits is refused at once."""
    team, patient, studied = context.clients["trial"], consenting_patient(context), context.studied_category
    context.output.title("8 · A patient narrows a consent")
    kept, *rest = patient.of(studied)
    dropped = [(record_id, studied) for record_id in rest]
    dropped += [(record_id, "health.vitals") for record_id in patient.of("health.vitals")]
    before = [team.ask(record_id, category=category, purpose=PURPOSE) for record_id, category in dropped[:3]]
    accepted = patient.agrees(context.address("trial"), permit([studied], PURPOSE, records=[kept]))
    closed = all(refused(team, *record, PURPOSE) for record in dropped)
    context.wait_anchored("consents", accepted["position"])
    still = all(refused(team, *record, PURPOSE) for record in dropped)
    after = team.ask(kept, category=studied, purpose=PURPOSE)
    detail = f"{patient.name} now permits one record only; the next read of the other {len(dropped)} is refused"
    held = closed and still and all(release.position < after.position for release in before)
    context.show("patient narrows", detail, held, log="consents", position=accepted["position"])


def withdraws(context: DemoContext) -> None:
    """Proofs verify as valid before the withdrawal, as revoked after it, and as unknown without a chain."""
    team, patient = context.clients["trial"], consenting_patient(context)
    context.output.title("9 · The patient withdraws, and proves it offline")
    kept = patient.of(context.studied_category)[0]
    read = team.ask(kept, category=context.studied_category, purpose=PURPOSE)
    files = _proofs(context, patient, read.position)
    chain = RegistryReader(context.stack.rpc_url)
    _show_verdicts(context, "receipt verified", files, chain, "valid")
    accepted = patient.client.withdraw(context.address("trial"))
    closed = refused(team, kept, context.studied_category, PURPOSE)
    detail = "the next read is refused, before any block"
    context.show("patient withdraws", detail, closed, log="consents", position=accepted["position"])
    _until_revoked(files[0], chain)
    _show_verdicts(context, "withdrawal verified", files, chain, "revoked")
    _show_verdicts(context, "no chain, no claim", files, RegistryReader(NO_RPC), "unknown")


def _proofs(context: DemoContext, patient: Patient, receipt: int) -> list[Path]:
    """Write the patient's consent copy and the access receipt to files once both are anchored."""
    context.wait_anchored("access", receipt)
    entry = patient.consents_to(context.address("trial"))[-1]["entry"]
    folder = context.stack.state / "story"
    paths = [folder / "consent.json", folder / "receipt.json"]
    for path, source in zip(paths, (f"/consents/{entry}/copy", f"/receipts/{receipt}"), strict=True):
        document: dict[str, Any] = patient.client.call("GET", source)
        path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return paths


def _show_verdicts(context: DemoContext, step: str, files: list[Path], chain: RegistryReader, result: str) -> None:
    verdicts: list[Verdict] = [verify(load(path), chain) for path in files]
    text = " and ".join(f"{path.name} {verdict.result}" for path, verdict in zip(files, verdicts, strict=True))
    context.show(step, f"{text}, without asking our API", {v.result for v in verdicts} == {result})


def _until_revoked(consent: Path, chain: RegistryReader) -> None:
    deadline = time.monotonic() + PATIENCE
    while verify(load(consent), chain).result != "revoked" and time.monotonic() < deadline:
        time.sleep(0.2)
