"""Break-glass: a crew reads urgent records with an incident number and a reason, and the patient is notified."""

from __future__ import annotations

from typing import Any

from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.scripts.demonstration.context import DemoContext, Patient
from mydata_ledger.scripts.demonstration.steps.reading import refused

URGENT = ("health.allergy", "health.condition", "health.medication", "health.device", "health.procedure")
PURPOSE, MAX_READ = "hl7:BTG", 20


def emergency(context: DemoContext) -> None:
    """Without an incident the crew is refused; with one it reads urgent records, with its extension all health records,
    and the patient's inbox shows it.
    """
    crew = context.clients["crew"]
    context.output.title("6 · An emergency crew breaks the glass")
    patient = next((p for p in context.patients if any(p.of(category) for category in URGENT)), context.patients[0])
    wanted = [(i, r.category) for i, r in patient.records if r.category in URGENT]
    first = next(iter(wanted), (patient.records[0][0], patient.records[0][1].category))
    closed = refused(crew, *first, PURPOSE)
    context.show("crew is refused", "without an incident nothing opens, not even to a crew", closed)
    incident = _declare(context, patient)
    forms = [{"category": category, "purpose": PURPOSE, "incident": incident["entry"]} for _, category in wanted]
    opened = [crew.ask(i, **form) for (i, _), form in zip(wanted[:MAX_READ], forms, strict=False)]
    detail = f"{len(opened)} allergies, diagnoses, drugs and procedures of {patient.name} under one incident"
    context.show("glass is broken", detail, len(opened) == min(MAX_READ, len(wanted)), position=incident["position"])
    _check_notified(context, patient, incident["position"], len(opened))
    _extend(context, patient, incident["entry"])


def _extend(context: DemoContext, patient: Patient, incident: str) -> None:
    """What is beyond an incident is refused, and is read with its extension, which has a reason of its own."""
    crew = context.clients["crew"]
    beyond = [(i, r.category) for i, r in patient.records if r.category not in URGENT][:1]
    for record_id, category in beyond:
        form = {"category": category, "purpose": PURPOSE, "incident": incident}
        closed = refused(crew, record_id, category, PURPOSE, incident=incident)
        context.show("no further", f"{category} is beyond an incident", closed)
        extended = _submit(context, "extensions", IncidentExtension, incident=incident, reason="cause unknown")
        crew.ask(record_id, **form | {"incident": extended["entry"]})
        detail = f"{category} is read with an extension, which is reviewed by itself"
        context.show("incident is extended", detail, True, position=extended["position"])


def _check_notified(context: DemoContext, patient: Patient, since: int, opened: int) -> None:
    """Check that the inbox has the incident and each record opened under it, all with its incident number."""
    notices = patient.client.call("GET", "/inbox", params={"after": since - 1, "limit": 1_000})
    kinds = [notice["kind"] for notice in notices]
    numbers = {notice["incident_number"] for notice in notices}
    held = kinds == ["incident", *["break_glass"] * opened] and len(numbers) == 1
    context.show("patient is notified", notices[-1]["text"] if notices else "nothing", held)


def _declare(context: DemoContext, patient: Patient) -> dict[str, Any]:
    person, number = "0x" + patient.wallet.signer.hex(), "119-2026-004711"
    form = {"data_subject": person, "incident_number": number, "reason": "found unconscious at home"}
    return _submit(context, "incidents", Incident, **form)


def _submit(context: DemoContext, path: str, kind: type, **form: str) -> dict[str, Any]:
    """Have it drafted, sign it and hand it in."""
    crew = context.clients["crew"]
    draft = crew.call("POST", f"/emergency/{path}/drafts", json=form)
    logged: dict[str, Any] = crew.call("POST", f"/emergency/{path}", json=crew.sign(draft["typed_data"], kind))
    return logged
