"""The decision on a party's access to one of the caller's own records, now or at a past time, with the reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import OWN_FOR, AsPerson
from mydata_ledger.api.auth import KernelDep
from mydata_ledger.api.guard import RecordId
from mydata_ledger.api.routes.questions import QueryForm
from mydata_ledger.api.schemas import ZERO, Hex32, Term, to_hex
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel import PastDecision, PointInTime
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["questions"])


class ExplanationForm(QueryForm):
    """A requester, a purpose and an action, and the declared incident in an emergency.

    Without a time, the decision is that of now. `at` is a time in UTC seconds; `size` means the second at which the
    chain first held so many statements of the consents log. `for` is read where the caller is resolved.
    """

    requester: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")]
    purpose: Term
    action: Term = "view"
    incident: Hex32 = ZERO
    at: Annotated[int | None, Field(ge=0, le=NEVER)] = None
    size: Annotated[int | None, Field(ge=1, le=NEVER)] = None
    person: Annotated[str | None, Field(alias="for", max_length=400, description=OWN_FOR)] = None


class ConsideredConsent(BaseModel):
    """One of the caller's consents that names the party, and how it affected the decision."""

    consent: Hex32
    finding: str = Field(examples=["permits", "forbids", "not_yet", "expired", "revoked", "no_matching_policy"])


class Explanation(BaseModel):
    """The decision at `at` (UTC seconds), based on the statements that the chain held then, seen at `block`."""

    at: int
    permitted: bool
    reason: str = Field(examples=["consented", "no_consent"])
    consents: list[Hex32]
    obligations: list[str]
    considered: list[ConsideredConsent]
    consents_size: int
    records_size: int
    block: int


@router.get("/me/records/{record_id}/answer")
def explain_decision(
    record_id: RecordId, form: Annotated[ExplanationForm, Query()], acting: AsPerson, kernel: KernelDep
) -> Explanation:
    """The decision that the party would get, or would have got at a past time, and how each consent affected it."""
    if form.at is not None and form.size is not None:
        raise InvalidStatement("give a moment as `at` or as `size`, not as both")
    requester = checksum(read_hex(form.requester, "requester", 20))
    request = replace(
        kernel.decisions.search.question(requester, form.purpose, form.action),
        record_id=read_hex(record_id, "record_id", 32),
        incident=read_hex(form.incident, "incident", 32),
    )
    now = kernel.queries.now()
    point = PointInTime(size=form.size) if form.size else PointInTime(now if form.at is None else form.at)
    return _explanation(kernel.decisions.history.decision_at(acting.person, request, point))


def _explanation(past: PastDecision) -> Explanation:
    decision = past.decision
    return Explanation(
        at=past.at_time,
        permitted=decision.permitted,
        reason=str(decision.reason),
        consents=[to_hex(entry) for entry in decision.consents],
        obligations=sorted(decision.obligations),
        considered=[
            ConsideredConsent(consent=to_hex(entry), finding=str(finding)) for entry, finding in decision.findings
        ],
        consents_size=past.consents_size,
        records_size=past.records_size,
        block=past.block,
    )
