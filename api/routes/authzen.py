"""OpenID AuthZEN Authorization API 1.0: the three searches and the metadata.

Callers search for themselves; an accredited policy enforcement point may search for anyone. A search that the caller
may not make has no results, like one that finds nothing.
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
    error_context,
    record_of,
    requester_of,
    with_context,
)
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.routes import AnsweredRequest, FastRoute
from mydata_ledger.api.guard import DecisionBatcherDep
from mydata_ledger.api.routes.questions import BasisView, page_of
from mydata_ledger.api.schemas import to_hex
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
    """Which page of the results (AuthZEN §8.2.1); a `limit` above 1,000 counts as 1,000."""

    token: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=0, strict=True)] = 100


class PageResponse(BaseModel):
    """The token of the next page; empty on the last one. There are no counts, since they could
    reveal hidden records.
    """

    next_token: str


class SubjectSearchForm(BaseModel):
    """Which parties may do this with the record?"""

    subject: EntityType
    action: Action
    resource: Entity
    context: Properties
    page: PageRequest = PageRequest()


class ResourceSearchForm(BaseModel):
    """With which records may the subject do this?"""

    subject: Entity
    action: Action
    resource: EntityType
    context: Properties
    page: PageRequest = PageRequest()


class ActionSearchForm(BaseModel):
    """What may the subject do with the record?"""

    subject: Entity
    resource: Entity
    context: Properties
    page: PageRequest = PageRequest()


class Results(BaseModel):
    """The entities of a search (AuthZEN §8). For a term that is not in the vocabulary, `context.error` (status,
    message) names the term and the nearest known one.
    """

    page: PageResponse = PageResponse(next_token="")
    results: list[dict[str, str]]
    context: dict[str, Any] | None = None


class Resources(Results):
    """The records of a search. If the request set `consents_at_least`, `context.at` gives the log sizes and the block
    of the answer.
    """


@router.get("/.well-known/authzen-configuration")
def authzen_configuration(context: AppContextDep, response: Response) -> dict[str, str]:
    """The metadata of this policy decision point (AuthZEN §9.1); it may be cached for an hour (§11.8)."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    base = context.settings.uri.rstrip("/")
    return {"policy_decision_point": base, **{name: base + path for name, path in ENDPOINTS.items()}}


@router.post("/access/v1/search/subject", response_model_exclude_none=True)
def search_subjects(form: SubjectSearchForm, caller: SignedIn, kernel: KernelDep) -> Results:
    """The parties that may do this with one of the caller's own records (AuthZEN §8.4)."""
    record, purpose = record_of(form.resource.type, form.resource.id), _purpose(form.context, form.action)
    if form.subject.type != "party" or record is None or not purpose:
        return Results(results=[])
    try:
        request = kernel.decisions.search.question(caller.name, purpose, form.action.name)
        readers = kernel.decisions.record_questions.who_can_access(caller.signer, record, purpose, form.action.name)
    except NotFound:
        return Results(results=[])
    except UnknownTerm as error:
        return Results(**_empty_results(error))
    names = sorted(party.account for party, _ in readers)
    page, next_token = kernel.decisions.search.page_of_list(
        replace(request, record_id=record), names, form.page.token, form.page.limit
    )
    return Results(results=[{"type": "party", "id": name} for name in page], page=PageResponse(next_token=next_token))


@router.post("/access/v1/search/resource", response_model=Resources)
async def search_resources(form: ResourceSearchForm, caller: SignedIn, batcher: DecisionBatcherDep) -> Response:
    """The records the subject may do this with, in pages (AuthZEN §8.5). `context` is that of an evaluation."""
    return await RESOURCES.answer(batcher, caller.session, form)


@router.post("/access/v1/search/action", response_model=Results)
async def search_actions(form: ActionSearchForm, caller: SignedIn, batcher: DecisionBatcherDep) -> Response:
    """The actions that the subject may do with one record (AuthZEN §8.6)."""
    return await ACTIONS.answer(batcher, caller.session, form)


def _resource_query(kernel: Kernel, name: str, form: ResourceSearchForm, _: str) -> AccessRequest | None:
    requester, purpose = _requester(form.subject, name, kernel), _purpose(form.context, form.action)
    category = str(form.resource.properties.get("category", EVERYTHING))
    if requester is None or form.resource.type != "record" or not purpose:
        return None
    request = with_context(
        kernel.decisions.search.question(requester, purpose, form.action.name, category), form.context
    )
    return kernel.decisions.search.page_query(request, form.page.token, form.page.limit)


async def _resource_results(
    batcher: DecisionBatcher, answered: AnsweredRequest[ResourceSearchForm, Sequence[Found] | None]
) -> dict[str, Any]:
    def show(page: RecordPage) -> dict[str, Any]:
        entities = [{"type": "record", "id": to_hex(record_id)} for record_id in page.ids]
        context = {"context": {"at": BasisView.of(page.receipt).model_dump()}} if answered.request.at_least else {}
        return _results_document(entities, page.cursor) | context

    return await page_of(batcher, answered, show)


def _action_query(kernel: Kernel, name: str, form: ActionSearchForm, _: str) -> AccessRequest | None:
    requester, record = _requester(form.subject, name, kernel), record_of(form.resource.type, form.resource.id)
    purpose = _purpose(form.context, None)
    if requester is None or record is None or not purpose:
        return None
    return kernel.decisions.search.question(requester, purpose, "view", record_id=record)


async def _action_results(
    batcher: DecisionBatcher, answered: AnsweredRequest[ActionSearchForm, list[str]]
) -> dict[str, Any]:
    page = answered.form.page
    names, next_token = batcher.kernel.decisions.search.page_of_list(
        answered.request, answered.answer, page.token, page.limit
    )
    return _results_document([{"name": name} for name in names], next_token)


def _results_document(results: list[dict[str, str]], next_token: str = "") -> dict[str, Any]:
    return {"page": {"next_token": next_token}, "results": results}


def _empty_results(error: UnknownTerm | None) -> dict[str, Any]:
    context = {"context": {"error": error_context(error)}} if error else {}
    return _results_document([]) | context


RESOURCES = FastRoute(ResourceSearchForm, _resource_query, page_answers, _resource_results, _empty_results)
ACTIONS = FastRoute(ActionSearchForm, _action_query, allowed, _action_results, _empty_results)


def _requester(subject: Entity, caller: str, kernel: Kernel) -> str | None:
    """The requester that an AuthZEN subject names, if the caller may ask for them."""
    requester = requester_of(subject.type, subject.id)
    return requester if requester and kernel.decisions.evaluation.may_ask_for(caller, requester) else None


def _purpose(context: dict[str, Any], action: Action | None) -> str:
    purpose = context.get("purpose") or (action.properties.get("purpose") if action else "")
    return purpose if isinstance(purpose, str) else ""
