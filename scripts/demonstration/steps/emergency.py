"""A crew breaks the glass, with a number and a reason, and the patient hears of it."""

from __future__ import annotations

from typing import Any

from mydata_ledger.ledger.access import Incident
from mydata_ledger.scripts.demonstration.context import DemoContext, Patient
from mydata_ledger.scripts.demonstration.steps.reading import refused

VITAL = ("health.allergy", "health.condition", "health.medication")
PURPOSE, MOST = "hl7:BTG", 20


def emergency(scene: DemoContext) -> None:
    """Refused without an incident; with one, what saves a life opens, and the patient's inbox says so."""
    crew = scene.clients["crew"]
    scene.output.title("6 · An emergency crew breaks the glass")
    patient = next((p for p in scene.patients if any(p.of(category) for category in VITAL)), scene.patients[0])
    wanted = [(i, r.category) for i, r in patient.records if r.category in VITAL] or [
        (i, r.category) for i, r in patient.records
    ]
    closed = refused(crew, *wanted[0], PURPOSE)
    scene.show("crew is refused", "without an incident nothing opens, not even to a crew", closed)
    incident = _declare(scene, patient)
    questions = [{"category": category, "purpose": PURPOSE, "incident": incident["entry"]} for _, category in wanted]
    opened = [crew.ask(i, **asked) for (i, _), asked in zip(wanted[:MOST], questions, strict=False)]
    detail = f"{len(opened)} allergies, diagnoses and drugs of {patient.name} under one incident"
    scene.show("glass is broken", detail, len(opened) == min(MOST, len(wanted)), position=incident["position"])
    _told(scene, patient, incident["position"], len(opened))


def _told(scene: DemoContext, patient: Patient, since: int, opened: int) -> None:
    """The inbox has the incident and every record opened under it, all with its number."""
    notices = patient.client.call("GET", "/inbox", params={"after": since - 1, "limit": 1_000})
    kinds = [notice["kind"] for notice in notices]
    numbers = {notice["incident_number"] for notice in notices}
    held = kinds == ["incident", *["break_glass"] * opened] and len(numbers) == 1
    scene.show("patient is told", notices[-1]["text"] if notices else "nothing", held)


def _declare(scene: DemoContext, patient: Patient) -> dict[str, Any]:
    crew = scene.clients["crew"]
    form = {
        "data_subject": "0x" + patient.wallet.signer.hex(),
        "incident_number": "119-2026-004711",
        "reason": "found unconscious at home",
        "seconds": 3_600,
    }
    draft = crew.call("POST", "/emergency/incidents/drafts", json=form)
    declared: dict[str, Any] = crew.call("POST", "/emergency/incidents", json=crew.sign(draft["typed_data"], Incident))
    return declared
