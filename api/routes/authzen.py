"""OpenID AuthZEN Authorization API 1.0: the three searches and the metadata; `api.hot` answers the evaluations.

AuthZEN's subject is our requester (`party`, by account, or `person`, by signer bytes), its resource a record (`record`,
by id). The purpose stands in `context.purpose` or `action.properties.purpose`, a category in
`resource.properties.category`. Callers ask for themselves; an accredited enforcement point asks for anyone. What a
caller may not ask for is answered like what is not there: no results.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import House, SignedIn, Verbs
from mydata_ledger.api.groups import Groups
from mydata_ledger.api.guard import Together
from mydata_ledger.api.hot.answers import unasked
from mydata_ledger.api.hot.forms import LONGEST, SIGNERS, account, under
from mydata_ledger.api.routes.questions import RestsOn, page_of
from mydata_ledger.api.schemas import shown
from mydata_ledger.api.wicket import Lane, Told
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, Found
from mydata_ledger.ledger.errors import NotFound, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel, Page, allowed, sifted

router = APIRouter(tags=["authzen"])
ID = re.compile("0x[0-9a-fA-F]{64}")
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Properties = Annotated[dict[str, Any], Field(max_length=64, default_factory=dict)]
ENDPOINTS = {
    "access_evaluation_endpoint": "/access/v1/evaluation",
    "access_evaluations_endpoint": "/access/v1/evaluations",
    "search_subject_endpoint": "/access/v1/search/subject",
    "search_resource_endpoint": "/access/v1/search/resource",
    "search_action_endpoint": "/access/v1/search/action",
}


class Typed(BaseModel):
    """An entity of which only the kind is known: what is searched for (AuthZEN §5.1, §5.2)."""

    type: Name
    properties: Properties


class Entity(Typed):
    """A subject or resource."""

    id: Name


class Action(BaseModel):
    """An action (AuthZEN §5.3)."""

    name: Name
    properties: Properties


class PageRequest(BaseModel):
    """Which page (AuthZEN §8.2.1); `limit` beyond 1,000 is 1,000."""

    token: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=0, strict=True)] = 100


class PageResponse(BaseModel):
    """Where to go on; empty at the end. Counts are left out: they could tell what is hidden."""

    next_token: str


class SubjectSearch(BaseModel):
    """Who may do this with the record?"""

    subject: Typed
    action: Action
    resource: Entity
    context: Properties
    page: PageRequest = PageRequest()


class ResourceSearch(BaseModel):
    """With which records may the subject do this?"""

    subject: Entity
    action: Action
    resource: Typed
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
def configuration(house: House, response: Response) -> dict[str, str]:
    """The metadata of this decision point (AuthZEN §9.1), which may be kept for an hour (§11.8)."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    base = house.settings.uri.rstrip("/")
    return {"policy_decision_point": base, **{name: base + path for name, path in ENDPOINTS.items()}}


@router.post("/access/v1/search/subject", response_model_exclude_none=True)
def subjects(asked: SubjectSearch, caller: SignedIn, kernel: Verbs) -> Results:
    """The parties that may do this with one of the caller's own records (AuthZEN §8.4)."""
    record, purpose = _record(asked.resource), _purpose(asked.context, asked.action)
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
async def resources(asked: ResourceSearch, caller: SignedIn, together: Together) -> Response:
    """The records the subject may do this with, in pages (AuthZEN §8.5); `context` as in an evaluation."""
    return await RESOURCES.answer(together, caller.name, asked)


@router.post("/access/v1/search/action", response_model=Results)
async def actions(asked: ActionSearch, caller: SignedIn, together: Together) -> Response:
    """What the subject may do with one record (AuthZEN §8.6)."""
    return await ACTIONS.answer(together, caller.name, asked)


def _resources(kernel: Kernel, name: str, asked: ResourceSearch, _: str) -> AccessRequest | None:
    requester, purpose = _requester_of(asked.subject, name, kernel), _purpose(asked.context, asked.action)
    category = str(asked.resource.properties.get("category", EVERYTHING))
    if requester is None or asked.resource.type != "record" or not purpose:
        return None
    question = under(kernel.decisions.search.question(requester, purpose, asked.action.name, category), asked.context)
    return kernel.decisions.search.behind(question, asked.page.token, asked.page.limit)


async def _shown_resources(together: Groups, told: Told[ResourceSearch, Sequence[Found] | None]) -> dict[str, Any]:
    def show(page: Page) -> dict[str, Any]:
        found = [{"type": "record", "id": shown(record_id)} for record_id in page.ids]
        context = {"context": {"at": RestsOn.of(page.asked).model_dump()}} if told.asked.at_least else {}
        return _results(found, page.cursor) | context

    return await page_of(together, told, show)


def _actions(kernel: Kernel, name: str, asked: ActionSearch, _: str) -> AccessRequest | None:
    requester, record = _requester_of(asked.subject, name, kernel), _record(asked.resource)
    purpose = _purpose(asked.context, None)
    if requester is None or record is None or not purpose:
        return None
    return kernel.decisions.search.question(requester, purpose, "view", record_id=record)


async def _shown_actions(together: Groups, told: Told[ActionSearch, list[str]]) -> dict[str, Any]:
    page = told.form.page
    some, rest = together.kernel.decisions.search.page_of_list(told.asked, told.found, page.token, page.limit)
    return _results([{"name": name} for name in some], rest)


def _results(found: list[dict[str, str]], rest: str = "") -> dict[str, Any]:
    return {"page": {"next_token": rest}, "results": found}


def _nothing(error: UnknownTerm | None) -> dict[str, Any]:
    said = {"context": {"error": unasked(error)}} if error else {}
    return _results([]) | said


RESOURCES = Lane(ResourceSearch, _resources, sifted, _shown_resources, _nothing)
ACTIONS = Lane(ActionSearch, _actions, allowed, _shown_actions, _nothing)


def _requester_of(subject: Entity, caller: str, kernel: Kernel) -> str | None:
    """The requester an AuthZEN subject names, if the caller may ask for them."""
    if subject.type not in SIGNERS or not SIGNERS[subject.type].fullmatch(subject.id):
        return None
    requester = account(subject.id)
    return requester if kernel.decisions.evaluation.may_ask_for(caller, requester) else None


def _record(resource: Entity) -> bytes | None:
    known = resource.type == "record" and ID.fullmatch(resource.id)
    return bytes.fromhex(resource.id[2:]) if known else None


def _purpose(context: dict[str, Any], action: Action | None) -> str:
    said = context.get("purpose") or (action.properties.get("purpose") if action else "")
    return said if isinstance(said, str) else ""
