"""OpenID AuthZEN Authorization API 1.0: the three searches and the metadata.

Callers ask for themselves; an accredited enforcement point asks for anyone. What a caller may not ask for is answered
like what is not there: no results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.fastpath.authzen import (
    Action,
    Entity,
    EntityType,
    Properties,
    record_of,
    requester_of,
    unasked,
    under,
)
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.routes import AnsweredQuestion, FastRoute
from mydata_ledger.api.guard import DecisionBatcherDep
from mydata_ledger.api.routes.questions import RestsOn, page_of
from mydata_ledger.api.schemas import shown
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, Found
from mydata_ledger.ledger.errors import NotFound, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel, RecordPage, allowed, page_answers

router = APIRouter(tags=["authzen"])
ENDPOINTS = {
    "access_evaluation_endpoint": "/access/v1/evaluation",
    "access_evaluations_endpoint": "/access/v1/evaluations",
    "search_subject_endpoint": "/access/v1/search/subject",
    "search_resource_endpoint": "/access/v1/search/resource",
    "search_action_endpoint": "/access/v1/search/action",
}


class PageRequest(BaseModel):
    """Which page (AuthZEN §8.2.1); `limit` beyond 1,000 is 1,000."""

    token: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=0, strict=True)] = 100


class PageResponse(BaseModel):
    """Where to go on; empty at the end. Counts are left out: they could tell what is hidden."""

    next_token: str


class SubjectSearch(BaseModel):
    """Who may do this with the record?"""

    subject: EntityType
    action: Action
    resource: Entity
    context: Properties
    page: PageRequest = PageRequest()


class ResourceSearch(BaseModel):
    """With which records may the subject do this?"""

    subject: Entity
    action: Action
    resource: EntityType
    context: Properties
    page: PageRequest = PageRequest()


class ActionSearch(BaseModel):
    """What may the subject do with the record?"""

    subject: Entity
    resource: Entity
    context: Properties
    page: PageRequest = PageRequest()


class Results(BaseModel):
    """Entities found, as AuthZEN §8 has them. `context.error` (status, message) says which word of the question is not
    known here, and the nearest that is.
    """

    page: PageResponse = PageResponse(next_token="")
    results: list[dict[str, str]]
    context: dict[str, Any] | None = None


class Resources(Results):
    """Records found; to who demanded a size, `context.at` says what the answer rests on."""


@router.get("/.well-known/authzen-configuration")
def configuration(house: AppContextDep, response: Response) -> dict[str, str]:
    """The metadata of this decision point (AuthZEN §9.1), which may be kept for an hour (§11.8)."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    base = house.settings.uri.rstrip("/")
    return {"policy_decision_point": base, **{name: base + path for name, path in ENDPOINTS.items()}}


@router.post("/access/v1/search/subject", response_model_exclude_none=True)
def subjects(asked: SubjectSearch, caller: SignedIn, kernel: KernelDep) -> Results:
    """The parties that may do this with one of the caller's own records (AuthZEN §8.4)."""
    record, purpose = record_of(asked.resource.type, asked.resource.id), _purpose(asked.context, asked.action)
    if asked.subject.type != "party" or record is None or not purpose:
        return Results(results=[])
    try:
        question = kernel.decisions.search.question(caller.name, purpose, asked.action.name)
        found = kernel.decisions.record_questions.who_can_access(caller.signer, record, purpose, asked.action.name)
    except NotFound:
        return Results(results=[])
    except UnknownTerm as error:
        return Results(**_nothing(error))
    names = sorted(party.account for party, _ in found)
    page, rest = kernel.decisions.search.page_of_list(
        replace(question, record_id=record), names, asked.page.token, asked.page.limit
    )
    return Results(results=[{"type": "party", "id": name} for name in page], page=PageResponse(next_token=rest))


@router.post("/access/v1/search/resource", response_model=Resources)
async def resources(asked: ResourceSearch, caller: SignedIn, batcher: DecisionBatcherDep) -> Response:
    """The records the subject may do this with, in pages (AuthZEN §8.5); `context` as in an evaluation."""
    return await RESOURCES.answer(batcher, caller.session, asked)


@router.post("/access/v1/search/action", response_model=Results)
async def actions(asked: ActionSearch, caller: SignedIn, batcher: DecisionBatcherDep) -> Response:
    """What the subject may do with one record (AuthZEN §8.6)."""
    return await ACTIONS.answer(batcher, caller.session, asked)


def _resources(kernel: Kernel, name: str, asked: ResourceSearch, _: str) -> AccessRequest | None:
    requester, purpose = _requester(asked.subject, name, kernel), _purpose(asked.context, asked.action)
    category = str(asked.resource.properties.get("category", EVERYTHING))
    if requester is None or asked.resource.type != "record" or not purpose:
        return None
    question = under(kernel.decisions.search.question(requester, purpose, asked.action.name, category), asked.context)
    return kernel.decisions.search.page_query(question, asked.page.token, asked.page.limit)


async def _shown_resources(
    batcher: DecisionBatcher, answered: AnsweredQuestion[ResourceSearch, Sequence[Found] | None]
) -> dict[str, Any]:
    def show(page: RecordPage) -> dict[str, Any]:
        found = [{"type": "record", "id": shown(record_id)} for record_id in page.ids]
        context = {"context": {"at": RestsOn.of(page.asked).model_dump()}} if answered.question.at_least else {}
        return _results(found, page.cursor) | context

    return await page_of(batcher, answered, show)


def _actions(kernel: Kernel, name: str, asked: ActionSearch, _: str) -> AccessRequest | None:
    requester, record = _requester(asked.subject, name, kernel), record_of(asked.resource.type, asked.resource.id)
    purpose = _purpose(asked.context, None)
    if requester is None or record is None or not purpose:
        return None
    return kernel.decisions.search.question(requester, purpose, "view", record_id=record)


async def _shown_actions(
    batcher: DecisionBatcher, answered: AnsweredQuestion[ActionSearch, list[str]]
) -> dict[str, Any]:
    page = answered.form.page
    some, rest = batcher.kernel.decisions.search.page_of_list(answered.question, answered.found, page.token, page.limit)
    return _results([{"name": name} for name in some], rest)


def _results(found: list[dict[str, str]], rest: str = "") -> dict[str, Any]:
    return {"page": {"next_token": rest}, "results": found}


def _nothing(error: UnknownTerm | None) -> dict[str, Any]:
    said = {"context": {"error": unasked(error)}} if error else {}
    return _results([]) | said


RESOURCES = FastRoute(ResourceSearch, _resources, page_answers, _shown_resources, _nothing)
ACTIONS = FastRoute(ActionSearch, _actions, allowed, _shown_actions, _nothing)


def _requester(subject: Entity, caller: str, kernel: Kernel) -> str | None:
    """The requester an AuthZEN subject names, if the caller may ask for them."""
    requester = requester_of(subject.type, subject.id)
    return requester if requester and kernel.decisions.evaluation.may_ask_for(caller, requester) else None


def _purpose(context: dict[str, Any], action: Action | None) -> str:
    said = context.get("purpose") or (action.properties.get("purpose") if action else "")
    return said if isinstance(said, str) else ""
