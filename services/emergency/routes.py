"""Break-glass access: a responder declares an incident and reads urgent records; the person is notified.

An incident reaches allergies, diagnoses, medication, devices and procedures. An extension of it, with a reason and a
time box of its own, reaches all health records. Nothing else is reached without consent (ADR 55).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

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
from mydata_ledger.ledger.kernel import Release, Review
from mydata_ledger.ledger.typed_data import parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(prefix="/emergency", tags=["emergency service"])
PURPOSE = "hl7:BTG"
IncidentId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of an incident or its extension")]
After = Annotated[
    str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="`incident` of the last one of the page before")
]
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


class OwnIncidentView(BaseModel):
    """An incident of the caller, or an extension, which names the incident that it `extends`. It is open until `until`.

    `state` is `waiting` until a reviewer's verdict, which is due by `due`; `verdict_reason` is that of the verdict.
    """

    incident: Hex32
    data_subject: str
    incident_number: str
    reason: str
    until: int
    extends: str
    state: str = Field(examples=["waiting"])
    due: int
    verdict_reason: str

    @classmethod
    def of(cls, review: Review) -> OwnIncidentView:
        """The view of the review of an incident."""
        details = review.details
        return cls(
            incident=to_hex(review.review_id),
            data_subject=to_hex(review.person),
            incident_number=details["incident_number"],
            reason=details["reason"],
            until=details["until"],
            extends=details.get("extends", ""),
            state=review.state,
            due=review.due,
            verdict_reason=review.verdict.get("reason", ""),
        )


@router.post("/incidents/drafts")
def draft_incident(form: IncidentForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft the declaration of an incident, for the responder to sign."""
    person = subject_bytes(form.data_subject)
    incident = (person, form.incident_number, form.reason, form.seconds)
    return draft_view(kernel.people.incidents.draft(caller.name, *incident, language=form.language))


@router.get("/incidents")
def list_own_incidents(caller: SignedIn, kernel: KernelDep, after: After = "") -> list[OwnIncidentView]:
    """The caller's own incidents and extensions, 200 a page in the order of their ids, with when they are reviewed."""
    start = read_hex(after, "after", 32) if after else b""
    return [OwnIncidentView.of(review) for review in kernel.people.reviews.of_party(caller.name, start)]


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
