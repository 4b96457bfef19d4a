"""What an insurer may read: the records of the visit that a claim is about, for payment, by the person's consent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.guard import may
from mydata_ledger.api.schemas import ReleaseView, to_hex
from mydata_ledger.ledger.kernel import Release

router = APIRouter(prefix="/claims", tags=["claims service"])
PURPOSE = "hl7:CLMATTCH"
CATEGORIES = (
    "health.encounter",
    "health.claim",
    "health.medication",
    "health.procedure",
    "health.condition",
    "health.lab",
)
VisitForClaim = Annotated[Release, may("health.encounter", PURPOSE)]
BillForClaim = Annotated[Release, may("health.claim", PURPOSE)]
MedicationForClaim = Annotated[Release, may("health.medication", PURPOSE)]


@router.get("/papers")
def list_claim_records(caller: SignedIn, kernel: KernelDep) -> dict[str, list[str]]:
    """Ids of the records that the caller may read now, by category."""
    return {
        category: [
            to_hex(record.issue.record_id)
            for record in kernel.decisions.search.find(caller.name, category, PURPOSE, "view")
        ]
        for category in CATEGORIES
    }


@router.get("/visits/{record_id}")
def read_visit(release: VisitForClaim) -> ReleaseView:
    """The visit, sealed for the insurer."""
    return ReleaseView.of(release)


@router.get("/bills/{record_id}")
def read_bill(release: BillForClaim) -> ReleaseView:
    """A bill or claim of the visit, sealed for the insurer."""
    return ReleaseView.of(release)


@router.get("/prescriptions/{record_id}")
def read_prescription(release: MedicationForClaim) -> ReleaseView:
    """A prescription of the visit, sealed for the insurer."""
    return ReleaseView.of(release)
