"""What a trial team may read: records with consent for the trial; other records are not revealed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.guard import KNOWN_PARAMETERS_ONLY, may
from mydata_ledger.api.schemas import ReleaseView, to_hex
from mydata_ledger.ledger.kernel import Release
from mydata_ledger.services.trials.logic.duo import DataUse, Match, Purpose, by_prefix, match
from mydata_ledger.services.trials.schemas import DataUseForm, FindingView, MatchView

router = APIRouter(prefix="/trials", tags=["trials service"])
LabForTrial = Annotated[Release, may("health.lab", "hl7:CLINTRCH")]
PURPOSE = "hl7:CLINTRCH"
QUEUE = "data-use"
"""The review queue of data uses that no rule could decide."""


@router.get("/records", dependencies=[KNOWN_PARAMETERS_ONLY])
def list_trial_records(
    caller: SignedIn, kernel: KernelDep, category: Annotated[str, Query(max_length=200)] = "health.lab"
) -> dict[str, list[str]]:
    """Ids of the records of a category that the caller may read now for the trial."""
    records = kernel.decisions.search.find(caller.name, category, PURPOSE, "view")
    return {"records": [to_hex(record.issue.record_id) for record in records]}


@router.post("/data-uses/matches")
def match_data_use(form: DataUseForm, caller: SignedIn, kernel: KernelDep) -> MatchView:
    """Whether the purpose of a study fits the terms on data (GA4GH DUO; diseases by ICD-10 or KCD code). A case that no
    rule can decide waits for a human review.
    """
    decision = match(*_data_use_and_purpose(form), by_prefix)
    needs_review = decision.match is Match.ABSTAIN
    review = kernel.people.reviews.leave(QUEUE, caller.name, form.model_dump(mode="json")) if needs_review else b""
    findings = [
        FindingView(term=finding.term, match=str(finding.match), reason=finding.reason) for finding in decision.findings
    ]
    return MatchView(match=str(decision.match), findings=findings, review=to_hex(review) if review else "")


def _data_use_and_purpose(form: DataUseForm) -> tuple[DataUse, Purpose]:
    stated = form.model_dump(exclude={"terms", "aims", "diseases"})
    purpose = Purpose(frozenset(form.aims), frozenset(form.diseases), **stated)
    return DataUse({term: tuple(values) for term, values in form.terms.items()}), purpose


@router.get("/records/{record_id}")
def read_lab(release: LabForTrial) -> ReleaseView:
    """A laboratory result, sealed for the trial team."""
    return ReleaseView.of(release)
