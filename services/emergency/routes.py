"""Break-glass access: a responder declares an incident and reads urgent records; the person is notified.

An incident reaches allergies, diagnoses, medication, devices and procedures. An extension of it, with a reason and a
time box of its own, reaches all health records. Nothing else is reached without consent (ADR 55).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.guard import may_any
from mydata_ledger.api.schemas import (
    AcceptedView,
    DraftView,
    Form,
    Hex,
    Hex32,
    Language,
    ReleaseView,
    SignedForm,
    accepted,
    draft_view,
    to_hex,
)
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import Release
from mydata_ledger.ledger.typed_data import parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(prefix="/emergency", tags=["emergency service"])
PURPOSE = "hl7:BTG"
IncidentId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of an incident or its extension")]
RecordForCrew = Annotated[Release, may_any(("health.allergy", "health"), PURPOSE)]


class IncidentForm(Form):
    """The person, the dispatch number, the reason, and the duration in seconds."""

    data_subject: Hex
    incident_number: Annotated[str, Field(min_length=1, max_length=100, examples=["119-2026-000123"])]
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["found unconscious at home"])]
    seconds: Annotated[int, Field(gt=0, examples=[3_600])] = 3_600
    language: Language = ENGLISH


class ExtensionForm(Form):
    """The incident, the reason why urgent records are not enough, and the duration in seconds, at most a day."""

    incident: Hex32
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["still unconscious, cause unknown"])]
    seconds: Annotated[int, Field(gt=0, examples=[3_600])] = 3_600
    language: Language = ENGLISH


@router.post("/incidents/drafts")
def draft_incident(form: IncidentForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft the declaration of an incident, for the responder to sign."""
    person = subject_bytes(form.data_subject)
    incident = (person, form.incident_number, form.reason, form.seconds)
    return draft_view(kernel.people.incidents.draft(caller.name, *incident, language=form.language))


@router.post("/incidents", status_code=202)
def submit_incident(form: SignedForm, kernel: KernelDep, _: SignedIn) -> AcceptedView:
    """Submit a signed declaration; it is logged and shown to the person before the first record is read."""
    claimed = read_domain(form.domain)
    logged = kernel.people.incidents.declare(
        parse(Incident, form.message), read_hex(form.signature, "signature"), claimed
    )
    return accepted(logged, "open")


@router.post("/extensions/drafts")
def draft_extension(form: ExtensionForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft the extension of the caller's own open incident to all health records, for the responder to sign."""
    extension = (read_hex(form.incident, "incident", 32), form.reason, form.seconds)
    return draft_view(kernel.people.incidents.draft_extension(caller.name, *extension, language=form.language))


@router.post("/extensions", status_code=202)
def submit_extension(form: SignedForm, kernel: KernelDep, _: SignedIn) -> AcceptedView:
    """Submit a signed extension; the `entry` in the answer is the `incident` of questions under it. An incident is
    extended once.
    """
    claimed = read_domain(form.domain)
    logged = kernel.people.incidents.extend(
        parse(IncidentExtension, form.message), read_hex(form.signature, "signature"), claimed
    )
    return accepted(logged, "open")


@router.get("/summaries/{incident}")
def summary(incident: IncidentId, caller: SignedIn, kernel: KernelDep) -> dict[str, list[str]]:
    """Ids of the person's urgent records, by category, under one of the caller's active incidents."""
    entry = read_hex(incident, "incident", 32)
    record_ids = {
        category: [
            to_hex(record.issue.record_id)
            for record in kernel.decisions.search.find(caller.name, category, PURPOSE, "view", incident=entry)
        ]
        for category in kernel.queries.vocabulary.emergency.urgent
    }
    if not any(record_ids.values()):
        raise NotFound
    return record_ids


@router.get("/records/{record_id}")
def read_urgent_record(release: RecordForCrew) -> ReleaseView:
    """A health record that the incident or its extension reaches, sealed for the responder; requires the incident:
    `?incident=0x…`.
    """
    return ReleaseView.of(release)
