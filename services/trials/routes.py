"""What a trial team may read: the consented records of consenting people, and no sign of any other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import SignedIn, Verbs
from api.guard import may
from api.schemas import ReleaseView, shown
from ledger.kernel import Release

router = APIRouter(prefix="/trials", tags=["trials service"])
LabForTrial = Annotated[Release, may("health.lab", "hl7:CLINTRCH")]
PURPOSE = "hl7:CLINTRCH"


@router.get("/records")
def readable(
    caller: SignedIn, kernel: Verbs, category: Annotated[str, Query(max_length=200)] = "health.lab"
) -> dict[str, list[str]]:
    """Ids of the records of a category that the caller may read now for the trial."""
    found = kernel.search(caller.name, category, PURPOSE, "view")
    return {"records": [shown(record.issue.record_id) for record in found]}


@router.get("/records/{record_id}")
def read_lab(release: LabForTrial) -> ReleaseView:
    """A laboratory result, sealed for the trial team that asked."""
    return ReleaseView.of(release)
