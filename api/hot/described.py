"""What the interface's description says of the evaluations; `HotDoor` answers them before the framework sees them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import SignedIn

Name = Annotated[str, Field(min_length=1, max_length=200)]
Properties = Annotated[dict[str, Any], Field(default_factory=dict)]
Record = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{64}$", examples=["0x" + "ab" * 32])]


class Requester(BaseModel):
    """Who would read: the caller, or anyone where the caller is an accredited enforcement point."""

    type: Literal["party", "person"]
    id: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", examples=["0x" + "ab" * 20])]


class Doing(BaseModel):
    """What they would do; `properties.purpose` may say what for."""

    name: Annotated[Name, Field(examples=["view"])]
    properties: Properties


class Wanted(BaseModel):
    """A record by its id; `properties.category` where only one of that category is meant."""

    type: Literal["record"]
    id: Record
    properties: Properties


class Circumstances(BaseModel):
    """What for, under which declared incident, and how many consents the answer must rest on at least."""

    purpose: Annotated[str, Field(max_length=200, examples=["hl7:CLINTRCH"])]
    incident: Record | None = None
    consents_at_least: Annotated[int, Field(ge=0)] = 0


class EvaluationForm(BaseModel):
    """AuthZEN §6.1."""

    subject: Requester
    action: Doing
    resource: Wanted
    context: Circumstances


class PartialForm(BaseModel):
    """One of many: what it leaves out is taken from the call."""

    subject: Requester | None = None
    action: Doing | None = None
    resource: Wanted | None = None
    context: Circumstances | None = None


class Options(BaseModel):
    """When the rest need not be asked."""

    evaluations_semantic: Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"] = "execute_all"


class EvaluationsForm(PartialForm):
    """AuthZEN §7.1."""

    evaluations: Annotated[list[PartialForm], Field(max_length=1_000)]
    options: Options = Options()


class Evaluated(BaseModel):
    """AuthZEN §5.5: `context` has `reason`, `obligations`, `receipt` (position, request_id) and the heads it rests
    `at`; for one of many that could not be asked `error` (status, message).
    """

    decision: bool
    context: dict[str, Any]


class EvaluatedMany(BaseModel):
    """AuthZEN §7.2: decisions in the order asked."""

    evaluations: list[Evaluated]


def describe() -> APIRouter:
    """Routes for the description only."""
    router = APIRouter(tags=["authzen"])

    @router.post("/access/v1/evaluation")
    def evaluation(asked: EvaluationForm, caller: SignedIn) -> Evaluated:
        """May this requester do this with this record, for this purpose, now? Every question leaves its receipt,
        signed and durable before the answer (AuthZEN §6). What names nobody and nothing known here cannot be put as a
        question: the decision is false, `context.error` says why, and there is no receipt.
        """
        raise NotImplementedError

    @router.post("/access/v1/evaluations")
    def evaluations(asked: EvaluationsForm, caller: SignedIn) -> EvaluatedMany:
        """Up to 1,000 questions in one step, with one receipt each (AuthZEN §7)."""
        raise NotImplementedError

    return router
