"""What the interface's description says of AuthZEN's evaluations, which the fast path answers (ADR 15)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import SignedIn
from mydata_ledger.api.fastpath.authzen import EvaluationContext, RequestedAction, RequestedRecord, Requester
from mydata_ledger.api.fastpath.evaluations import EXECUTE_ALL, MOST, Semantic

router = APIRouter(tags=["authzen"])


class EvaluationForm(BaseModel):
    """AuthZEN §6.1."""

    subject: Requester
    action: RequestedAction
    resource: RequestedRecord
    context: EvaluationContext


class PartialForm(BaseModel):
    """One of many: what it leaves out is taken from the call."""

    subject: Requester | None = None
    action: RequestedAction | None = None
    resource: RequestedRecord | None = None
    context: EvaluationContext | None = None


class Options(BaseModel):
    """When the rest need not be asked."""

    evaluations_semantic: Semantic = EXECUTE_ALL


class EvaluationsForm(PartialForm):
    """AuthZEN §7.1."""

    evaluations: Annotated[list[PartialForm], Field(max_length=MOST)]
    options: Options = Options()


class EvaluationView(BaseModel):
    """AuthZEN §5.5: `context` has `reason`, `obligations`, `receipt` (position, request_id) and the heads it rests
    `at`; for one of many that could not be asked `error` (status, message).
    """

    decision: bool
    context: dict[str, Any]


class EvaluationsView(BaseModel):
    """AuthZEN §7.2: decisions in the order asked."""

    evaluations: list[EvaluationView]


@router.post("/access/v1/evaluation")
def evaluation(asked: EvaluationForm, caller: SignedIn) -> EvaluationView:
    """May this requester do this with this record, for this purpose, now? Every question leaves its receipt,
    signed and durable before the answer (AuthZEN §6). What names nobody and nothing known here cannot be put as a
    question: the decision is false, `context.error` says why, and there is no receipt.
    """
    raise NotImplementedError


@router.post("/access/v1/evaluations")
def evaluations(asked: EvaluationsForm, caller: SignedIn) -> EvaluationsView:
    """Up to 1,000 questions in one step, with one receipt each (AuthZEN §7)."""
    raise NotImplementedError
