"""What a party is answered about one of the caller's own records, now or at a moment of the past, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.guard import RecordId
from mydata_ledger.api.routes.questions import QueryForm
from mydata_ledger.api.schemas import ZERO, Hex32, Term, shown
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel import PastDecision, PointInTime
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["questions"])


class ExplanationQuestion(QueryForm):
    """Who would ask what for, under which declared incident; now, or at a moment: UTC seconds `at`, or the second at
    which the chain first held `size` statements of the consents log.
    """

    requester: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$")]
    purpose: Term
    action: Term = "view"
    incident: Hex32 = ZERO
    at: Annotated[int | None, Field(ge=0, le=NEVER)] = None
    size: Annotated[int | None, Field(ge=1, le=NEVER)] = None


class ConsideredConsent(BaseModel):
    """One of the caller's consents that names the party, and what it had to say."""

    consent: Hex32
    finding: str = Field(examples=["permits", "forbids", "not_yet", "expired", "revoked", "no_matching_policy"])


class Explanation(BaseModel):
    """The answer at `at` (UTC seconds), resting on so many statements on chain, seen at `block`."""

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
def answer(
    record_id: RecordId, asked: Annotated[ExplanationQuestion, Query()], caller: SignedIn, kernel: KernelDep
) -> Explanation:
    """What the party would be answered, or would have been at a moment, and what each consent had to say to it."""
    if asked.at is not None and asked.size is not None:
        raise InvalidStatement("give a moment as `at` or as `size`, not as both")
    requester = checksum(read_hex(asked.requester, "requester", 20))
    question = replace(
        kernel.decisions.search.question(requester, asked.purpose, asked.action),
        record_id=read_hex(record_id, "record_id", 32),
        incident=read_hex(asked.incident, "incident", 32),
    )
    now = kernel.queries.now()
    moment = PointInTime(size=asked.size) if asked.size else PointInTime(now if asked.at is None else asked.at)
    return _told(kernel.decisions.history.decision_at(caller.signer, question, moment))


def _told(then: PastDecision) -> Explanation:
    decision = then.decision
    return Explanation(
        at=then.at,
        permitted=decision.permitted,
        reason=str(decision.reason),
        consents=[shown(entry) for entry in decision.consents],
        obligations=sorted(decision.obligations),
        considered=[ConsideredConsent(consent=shown(entry), finding=str(why)) for entry, why in decision.findings],
        consents_size=then.consents_size,
        records_size=then.records_size,
        block=then.block,
    )
