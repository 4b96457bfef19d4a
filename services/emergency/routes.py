"""Breaking the glass: a crew declares an incident, reads what saves a life, and the person is told."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.guard import may
from mydata_ledger.api.schemas import (
    AcceptedView,
    DraftView,
    Form,
    Hex,
    Language,
    ReleaseView,
    SignedForm,
    accepted,
    draft_view,
    shown,
)
from mydata_ledger.ledger.access import Incident
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import Release
from mydata_ledger.ledger.typed_data import parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(prefix="/emergency", tags=["emergency service"])
PURPOSE = "hl7:BTG"
SUMMARY = ("health.allergy", "health.condition", "health.medication", "health.device", "health.procedure")
IncidentId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of the declared incident")]
AllergyForCrew = Annotated[Release, may("health.allergy", PURPOSE)]
ConditionForCrew = Annotated[Release, may("health.condition", PURPOSE)]
MedicationForCrew = Annotated[Release, may("health.medication", PURPOSE)]


class IncidentForm(Form):
    """Whom it is about, the dispatch number, why, and for how many seconds."""

    data_subject: Hex
    incident_number: Annotated[str, Field(min_length=1, max_length=100, examples=["119-2026-000123"])]
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["found unconscious at home"])]
    seconds: Annotated[int, Field(gt=0, examples=[3_600])] = 3_600
    language: Language = ENGLISH


@router.post("/incidents/drafts")
def draft_incident(form: IncidentForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The declaration for the responder to sign."""
    person = subject_bytes(form.data_subject)
    said = (person, form.incident_number, form.reason, form.seconds)
    return draft_view(kernel.people.incidents.draft(caller.name, *said, language=form.language))


@router.post("/incidents", status_code=202)
def declare(form: SignedForm, kernel: KernelDep, _: SignedIn) -> AcceptedView:
    """Hand in the signed declaration; it is logged and shown to the person before the first read."""
    claimed = read_domain(form.domain)
    logged = kernel.people.incidents.declare(
        parse(Incident, form.message), read_hex(form.signature, "signature"), claimed
    )
    return accepted(logged, "open")


@router.get("/summaries/{incident}")
def summary(incident: IncidentId, caller: SignedIn, kernel: KernelDep) -> dict[str, list[str]]:
    """Ids of the person's records that matter at once, by category, under a live incident of the caller's."""
    entry = read_hex(incident, "incident", 32)
    found = {
        category: [
            shown(r.issue.record_id)
            for r in kernel.decisions.search.find(caller.name, category, PURPOSE, "view", incident=entry)
        ]
        for category in SUMMARY
    }
    if not any(found.values()):
        raise NotFound
    return found


@router.get("/allergies/{record_id}")
def read_allergy(release: AllergyForCrew) -> ReleaseView:
    """An allergy, sealed for the crew; name the incident: `?incident=0x…`."""
    return ReleaseView.of(release)


@router.get("/conditions/{record_id}")
def read_condition(release: ConditionForCrew) -> ReleaseView:
    """A diagnosis, sealed for the crew; name the incident: `?incident=0x…`."""
    return ReleaseView.of(release)


@router.get("/medications/{record_id}")
def read_medication(release: MedicationForCrew) -> ReleaseView:
    """A medication, sealed for the crew; name the incident: `?incident=0x…`."""
    return ReleaseView.of(release)
