"""Decisions on many records: what the caller may read, who may read the caller's records, what a draft consent would
change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.acting import ActingFor, AsPerson
from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.routes import AnsweredRequest, FastRoute
from mydata_ledger.api.guard import KNOWN_PARAMETERS_ONLY, DecisionBatcherDep, RecordId
from mydata_ledger.api.routes.consents import ConsentDraftForm, grant_request
from mydata_ledger.api.schemas import Form, Hex, Hex32, RecordView, Term, record_document, to_hex
from mydata_ledger.ledger.access import AccessRequest, Decision, Found
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.kernel import AnswerChange, Kernel, RecordPage, page_answers, person_answers
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["questions"])
TermQuery = Annotated[str, Query(min_length=1, max_length=200)]


class QueryForm(Form):
    """A form in the query string, where every value is text."""

    model_config = ConfigDict(strict=False)


class RecordSearchForm(QueryForm):
    """A category of records, a purpose and an action; `cursor` is that of the previous page."""

    category: Term
    purpose: Term
    action: Term = "view"
    incident: Hex32 | None = None
    consents_at_least: Annotated[int, Field(ge=0, le=NEVER)] = 0
    cursor: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100


class BasisView(BaseModel):
    """What an answer is based on at least: the number of statements on chain, seen at a block and at a time (UTC
    seconds).
    """

    consents: int
    records: int
    block: int
    time: int

    @classmethod
    def of(cls, receipt: AccessReceipt) -> BasisView:
        """The basis that a receipt states."""
        return cls(
            consents=receipt.consents_size, records=receipt.records_size, block=receipt.block, time=receipt.decided_at
        )


class RecordPageView(BaseModel):
    """One page of records. Pass `cursor` to get the next page; it is empty on the last one."""

    records: list[RecordView]
    cursor: str
    at: BasisView


class PersonQuestion(Form):
    """Which records of a person may be read for a purpose; a body, so that no URL contains the person."""

    data_subject: Hex
    purpose: Term
    action: Term = "view"
    incident: Hex32 | None = None


class RecordAnswerView(BaseModel):
    """A record that may be read, the consents that permit it, and their obligations."""

    record: RecordView
    reason: str
    consents: list[Hex32]
    obligations: list[str]


class ReaderView(BaseModel):
    """A party that may read the record now."""

    account: str
    name: str
    reason: str
    consents: list[Hex32]


class AnswerChangeView(BaseModel):
    """One decision that the draft consent would change."""

    party: str
    party_name: str
    record_id: Hex32
    category: str
    purpose: str
    action: str
    before: str = Field(examples=["no_consent"])
    after: str = Field(examples=["consented"])
    permitted_after: bool


@router.get("/access/records", response_model=RecordPageView)
async def list_accessible_records(
    form: Annotated[RecordSearchForm, Query()], caller: SignedIn, batcher: DecisionBatcherDep
) -> Response:
    """The records of a category that the caller may read now. Pages reveal nothing about hidden records."""
    return await ACCESSIBLE.answer(batcher, caller.session, form)


@router.post("/access/persons", response_model=list[RecordAnswerView])
async def list_records_of_person(form: PersonQuestion, caller: SignedIn, batcher: DecisionBatcherDep) -> Response:
    """The records of one person, of any category, that the caller may read now."""
    return await PERSONS.answer(batcher, caller.session, form)


def _page_query(kernel: Kernel, requester: str, form: RecordSearchForm, _: str) -> AccessRequest:
    request = kernel.decisions.evaluation.request(requester, bytes(32), form.category, form.purpose, form.action)
    request = replace(request, incident=_incident(form.incident), at_least=form.consents_at_least)
    return kernel.decisions.search.page_query(request, form.cursor, form.limit)


async def _page_document(
    batcher: DecisionBatcher, answered: AnsweredRequest[RecordSearchForm, Sequence[Found] | None]
) -> dict[str, Any]:
    return await page_of(batcher, answered, _records_of)


def _records_of(page: RecordPage) -> dict[str, Any]:
    records = [record_document(record) for record in page.records]
    return {"records": records, "cursor": page.cursor, "at": BasisView.of(page.receipt).model_dump()}


async def page_of(
    batcher: DecisionBatcher,
    answered: AnsweredRequest[Any, Sequence[Found] | None],
    show: Callable[[RecordPage], dict[str, Any]],
) -> dict[str, Any]:
    """The response for a page; built in a thread if the page is large or still has to be searched."""
    kernel = batcher.kernel

    def shown_page() -> dict[str, Any]:
        return show(kernel.decisions.search.page(answered.request, answered.answer, answered.receipt))

    return await run_in_threadpool(shown_page) if answered.answer is None else shown_page()


def _person_query(kernel: Kernel, requester: str, form: PersonQuestion, _: str) -> AccessRequest:
    incident, person = _incident(form.incident), subject_bytes(form.data_subject)
    return kernel.decisions.search.person_query(requester, person, form.purpose, form.action, incident=incident)


async def _person_document(
    batcher: DecisionBatcher, answered: AnsweredRequest[PersonQuestion, list[tuple[Record, Decision]] | None]
) -> list[dict[str, Any]]:
    answers = answered.answer
    if answers is None:
        answers = await run_in_threadpool(
            batcher.kernel.decisions.search.record_facts, answered.request, None, answered.receipt
        )
    return [
        {
            "record": record_document(record),
            "reason": decision.reason,
            "consents": _entries(decision),
            "obligations": sorted(decision.obligations),
        }
        for record, decision in answers
    ]


ACCESSIBLE = FastRoute(RecordSearchForm, _page_query, page_answers, _page_document)
PERSONS = FastRoute(PersonQuestion, _person_query, person_answers, _person_document)


@router.get("/me/records/{record_id}/readers", dependencies=[KNOWN_PARAMETERS_ONLY])
def list_readers(
    record_id: RecordId, acting: AsPerson, kernel: KernelDep, purpose: TermQuery, action: TermQuery = "view"
) -> list[ReaderView]:
    """The parties that may read one of the caller's records now, for a purpose."""
    readers = kernel.decisions.record_questions.who_can_access(
        acting.person, read_hex(record_id, "record_id", 32), purpose, action
    )
    return [
        ReaderView(account=party.account, name=party.name, reason=str(decision.reason), consents=_entries(decision))
        for party, decision in readers
    ]


@router.post("/consents/what-if")
def preview_consent(form: ConsentDraftForm, acting: ActingFor, kernel: KernelDep) -> list[AnswerChangeView]:
    """The decisions about present records, of the caller or of a person for whom they act, that this consent would
    change. Nothing is signed, stored or announced.
    """
    proposed = grant_request(form, kernel, acting.signer, acting.named(form.data_subject))
    kernel.consents.acting.check_drafting(acting.signer, proposed.data_subject)
    kernel.consents.acting.check_drafted(kernel.consents.drafts.consent(proposed).statement)
    changes = kernel.consents.what_if.changes(proposed)
    categories = {change.record.issue.category for change in changes}
    seen = kernel.consents.acting.seen(acting.signer, proposed.data_subject, categories)
    return [_change_view(change) for change in changes if change.record.issue.category in seen]


def _incident(entry: str | None) -> bytes:
    return read_hex(entry, "incident", 32) if entry else bytes(32)


def _entries(decision: Decision) -> list[str]:
    return [to_hex(entry) for entry in decision.consents]


def _change_view(change: AnswerChange) -> AnswerChangeView:
    return AnswerChangeView(
        party=change.party.account,
        party_name=change.party.name,
        record_id=to_hex(change.record.issue.record_id),
        category=change.record.issue.category,
        purpose=change.purpose,
        action=change.action,
        before=str(change.before.reason),
        after=str(change.after.reason),
        permitted_after=change.after.permitted,
    )
