"""What a trial team may read: the consented records of consenting people, and no sign of any other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.guard import NAMED_ONLY, may
from mydata_ledger.api.schemas import ReleaseView, shown
from mydata_ledger.ledger.kernel import Release
from mydata_ledger.services.trials.logic.duo import DataUse, Match, Purpose, by_prefix, match
from mydata_ledger.services.trials.schemas import DataUseForm, FindingView, MatchView

router = APIRouter(prefix="/trials", tags=["trials service"])
LabForTrial = Annotated[Release, may("health.lab", "hl7:CLINTRCH")]
PURPOSE = "hl7:CLINTRCH"
QUEUE = "data-use"
"""Under which the matches that no rule could decide wait for a person."""


@router.get("/records", dependencies=[NAMED_ONLY])
def readable(
    caller: SignedIn, kernel: KernelDep, category: Annotated[str, Query(max_length=200)] = "health.lab"
) -> dict[str, list[str]]:
    """Ids of the records of a category that the caller may read now for the trial."""
    found = kernel.decisions.search.find(caller.name, category, PURPOSE, "view")
    return {"records": [shown(record.issue.record_id) for record in found]}


@router.post("/data-uses/matches")
def match_data_use(form: DataUseForm, caller: SignedIn, kernel: KernelDep) -> MatchView:
    """Whether a study's purpose fits the terms on data (GA4GH DUO; diseases by ICD-10 or KCD code). What no rule can
    tell waits for a person.
    """
    answer = match(*_question(form), by_prefix)
    waits = answer.match is Match.ABSTAIN
    review = kernel.people.reviews.leave(QUEUE, caller.name, form.model_dump(mode="json")) if waits else b""
    told = [FindingView(term=f.term, match=str(f.match), reason=f.reason) for f in answer.findings]
    return MatchView(match=str(answer.match), findings=told, review=shown(review) if review else "")


def _question(form: DataUseForm) -> tuple[DataUse, Purpose]:
    said = form.model_dump(exclude={"terms", "aims", "diseases"})
    purpose = Purpose(frozenset(form.aims), frozenset(form.diseases), **said)
    return DataUse({term: tuple(values) for term, values in form.terms.items()}), purpose


@router.get("/records/{record_id}")
def read_lab(release: LabForTrial) -> ReleaseView:
    """A laboratory result, sealed for the trial team that asked."""
    return ReleaseView.of(release)
