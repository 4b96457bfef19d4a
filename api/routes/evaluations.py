"""OpenAPI description of the AuthZEN evaluations, which the fast path answers (ADR 15)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import SignedIn
from mydata_ledger.api.fastpath.authzen import EvaluationContext, RequestedAction, RequestedRecord, Requester
from mydata_ledger.api.fastpath.evaluations import EXECUTE_ALL, MAX_EVALUATIONS, Semantic

router = APIRouter(tags=["authzen"])


class EvaluationForm(BaseModel):
    """An evaluation request (AuthZEN §6.1)."""

    subject: Requester
    action: RequestedAction
    resource: RequestedRecord
    context: EvaluationContext


class PartialForm(BaseModel):
    """One item of a batch; a member it omits is taken from the batch."""

    subject: Requester | None = None
    action: RequestedAction | None = None
    resource: RequestedRecord | None = None
    context: EvaluationContext | None = None


class Options(BaseModel):
    """When the remaining items of a batch are skipped."""

    evaluations_semantic: Semantic = EXECUTE_ALL


class EvaluationsForm(PartialForm):
    """A batch of evaluations (AuthZEN §7.1)."""

    evaluations: Annotated[list[PartialForm], Field(max_length=MAX_EVALUATIONS)]
    options: Options = Options()


class EvaluationView(BaseModel):
    """A decision (AuthZEN §5.5).

    `context` has `reason`, `obligations`, `receipt` (position, request_id) and the log sizes and block of the decision
    (`at`). An item that could not be evaluated has `error` (status, message) instead.
    """

    decision: bool
    context: dict[str, Any]


class EvaluationsView(BaseModel):
    """Decisions (AuthZEN §7.2), in the order of the items."""

    evaluations: list[EvaluationView]


@router.post("/access/v1/evaluation")
def evaluate(form: EvaluationForm, caller: SignedIn) -> EvaluationView:
    """May this requester do this with this record, for this purpose, now?

    Every decision has a receipt, which is signed and durable before the response (AuthZEN §6). For an unknown subject,
    resource or term the decision is false, `context.error` says why, and there is no receipt.
    """
    raise NotImplementedError


@router.post("/access/v1/evaluations")
def evaluate_batch(form: EvaluationsForm, caller: SignedIn) -> EvaluationsView | EvaluationView:
    """Up to 1,000 evaluations in one call, with one receipt each (AuthZEN §7). Without items it is one evaluation, and
    the answer is its decision (§7.1).
    """
    raise NotImplementedError
