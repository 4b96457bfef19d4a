"""A crew breaks the glass, with a number and a reason, and the patient hears of it."""

from __future__ import annotations

from typing import Any

from ledger.access import Incident
from scripts.story.acts.reading import refused
from scripts.story.scene import Patient, Scene

DOORS = {"health.allergy": "allergies", "health.condition": "conditions", "health.medication": "medications"}


def emergency(scene: Scene) -> None:
    """Refused without an incident; with one, what saves a life opens, and the patient's inbox says so."""
    stage, crew = scene.stage, scene.clients["crew"]
    stage.title("6 · An emergency crew breaks the glass")
    patient = next((p for p in scene.patients if any(p.of(category) for category in DOORS)), None)
    if patient is None:
        stage.show("glass is broken", "no patient in this data has a diagnosis, drug or allergy", held=False)
        return
    category = next(category for category in DOORS if patient.of(category))
    closed = refused(crew, patient.of(category)[0], category, "hl7:BTG")
    stage.show("crew is refused", "without an incident nothing opens, not even to a crew", closed)
    incident = _declare(scene, patient)
    summary = crew.call("GET", f"/emergency/summaries/{incident['entry']}")
    listed = [(door, record_id) for name, door in DOORS.items() for record_id in summary[name]]
    opened = [
        crew.read(f"/emergency/{door}/{record_id}", params={"incident": incident["entry"]})
        for door, record_id in listed
    ]
    detail = f"{len(opened)} allergies, diagnoses and drugs of {patient.name} under one incident"
    last = opened[-1]
    stage.show(
        "glass is broken", detail, bool(opened), position=incident["position"], block=last.block, receipt=last.position
    )
    heard = [
        n for n in patient.client.call("GET", "/inbox", params={"limit": 1000}) if n["position"] >= incident["position"]
    ]
    kinds = {notice["kind"] for notice in heard}
    numbers = {notice["incident_number"] for notice in heard}
    held = kinds == {"incident", "break_glass"} and len(numbers) == 1
    said = heard[-1]["text"] if heard else "nothing"
    stage.show("patient is told", said, held, receipt=heard[-1]["position"] if heard else -1)


def _declare(scene: Scene, patient: Patient) -> dict[str, Any]:
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
