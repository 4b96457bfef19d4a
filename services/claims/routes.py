"""What an insurer may read: the records of the visit that a claim is about, for payment, by the person's consent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.guard import may_any
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
RecordForClaim = Annotated[Release, may_any(CATEGORIES, PURPOSE)]


@router.get("/records")
def list_claim_records(caller: SignedIn, kernel: KernelDep) -> dict[str, list[str]]:
    """Ids of the records that the caller may read now, by category."""
    return {
        category: [
            to_hex(record.issue.record_id)
            for record in kernel.decisions.search.find(caller.name, category, PURPOSE, "view")
        ]
        for category in CATEGORIES
    }


@router.get("/records/{record_id}")
def read_claim_record(release: RecordForClaim) -> ReleaseView:
    """A record of the visit, such as a bill or a prescription, sealed for the insurer."""
    return ReleaseView.of(release)
