"""Questions in bulk: what the caller may read, who may read the caller's records, what a draft would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.routes import AnsweredQuestion, FastRoute
from mydata_ledger.api.guard import NAMED_ONLY, DecisionBatcherDep, RecordId
from mydata_ledger.api.routes.consents import ConsentDraftForm, wish_of
from mydata_ledger.api.schemas import Form, Hex, Hex32, RecordView, Term, record_document, shown
from mydata_ledger.ledger.access import AccessRequest, Decision, Found
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.kernel import AnswerChange, Kernel, RecordPage, page_answers, person_answers
from mydata_ledger.ledger.receipt import AccessReceipt
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["questions"])
TermQuery = Annotated[str, Query(min_length=1, max_length=200)]


class QueryForm(Form):
    """A form behind the `?` of an address, where everything is text."""

    model_config = ConfigDict(strict=False)


class RecordSearchForm(QueryForm):
    """A category of records and a purpose; `cursor` is the one of the page before."""

    category: Term
    purpose: Term
    action: Term = "view"
    incident: Hex32 | None = None
    consents_at_least: Annotated[int, Field(ge=0, le=NEVER)] = 0
    cursor: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100


class RestsOn(BaseModel):
    """What an answer rests on at least: so many statements on chain, seen at a block, at a time (UTC seconds)."""

    consents: int
    records: int
    block: int
    time: int

    @classmethod
    def of(cls, asked: AccessReceipt) -> RestsOn:
        """As the question's receipt says."""
        return cls(consents=asked.consents_size, records=asked.records_size, block=asked.block, time=asked.decided_at)


class RecordPageView(BaseModel):
    """One page; give `cursor` to go on, it is empty on the last page."""

    records: list[RecordView]
    cursor: str
    at: RestsOn


class PersonQuestion(Form):
    """Which of a person's records may be read for a purpose; the person stays out of URLs."""

    data_subject: Hex
    purpose: Term
    action: Term = "view"
    incident: Hex32 | None = None


class RecordAnswerView(BaseModel):
    """Why a record may be read: the consents that say so, and what they oblige to."""

    record: RecordView
    reason: str
    consents: list[Hex32]
    obligations: list[str]


class ReaderView(BaseModel):
    """A party that would read the record now."""

    account: str
    name: str
    reason: str
    consents: list[Hex32]


class AnswerChangeView(BaseModel):
    """One answer that the draft would change."""

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
async def accessible(
    asked: Annotated[RecordSearchForm, Query()], caller: SignedIn, batcher: DecisionBatcherDep
) -> Response:
    """The records of a category the caller may read now, in pages that show nothing of what is hidden."""
    return await ACCESSIBLE.answer(batcher, caller.session, asked)


@router.post("/access/persons", response_model=list[RecordAnswerView])
async def of_person(question: PersonQuestion, caller: SignedIn, batcher: DecisionBatcherDep) -> Response:
    """The records of one person, of any category, that the caller may read now."""
    return await PERSONS.answer(batcher, caller.session, question)


def _page(kernel: Kernel, requester: str, asked: RecordSearchForm, _: str) -> AccessRequest:
    question = kernel.decisions.evaluation.request(requester, bytes(32), asked.category, asked.purpose, asked.action)
    question = replace(question, incident=_incident(asked.incident), at_least=asked.consents_at_least)
    return kernel.decisions.search.page_query(question, asked.cursor, asked.limit)


async def _shown_page(
    batcher: DecisionBatcher, answered: AnsweredQuestion[RecordSearchForm, Sequence[Found] | None]
) -> dict[str, Any]:
    return await page_of(batcher, answered, _records_of)


def _records_of(page: RecordPage) -> dict[str, Any]:
    found = [record_document(record) for record in page.records]
    return {"records": found, "cursor": page.cursor, "at": RestsOn.of(page.asked).model_dump()}


async def page_of(
    batcher: DecisionBatcher,
    answered: AnsweredQuestion[Any, Sequence[Found] | None],
    show: Callable[[RecordPage], dict[str, Any]],
) -> dict[str, Any]:
    """A page, shown; in a thread if it is large or is still to be looked for."""
    kernel = batcher.kernel

    def shown_page() -> dict[str, Any]:
        return show(kernel.decisions.search.page(answered.question, answered.found, answered.receipt))

    return await run_in_threadpool(shown_page) if answered.found is None else shown_page()


def _person(kernel: Kernel, requester: str, asked: PersonQuestion, _: str) -> AccessRequest:
    incident, person = _incident(asked.incident), subject_bytes(asked.data_subject)
    return kernel.decisions.search.person_query(requester, person, asked.purpose, asked.action, incident=incident)


async def _shown_person(
    batcher: DecisionBatcher, answered: AnsweredQuestion[PersonQuestion, list[tuple[Record, Decision]] | None]
) -> list[dict[str, Any]]:
    found = answered.found
    if found is None:
        found = await run_in_threadpool(
            batcher.kernel.decisions.search.record_facts, answered.question, None, answered.receipt
        )
    return [
        {
            "record": record_document(record),
            "reason": decision.reason,
            "consents": _entries(decision),
            "obligations": sorted(decision.obligations),
        }
        for record, decision in found
    ]


ACCESSIBLE = FastRoute(RecordSearchForm, _page, page_answers, _shown_page)
PERSONS = FastRoute(PersonQuestion, _person, person_answers, _shown_person)


@router.get("/me/records/{record_id}/readers", dependencies=[NAMED_ONLY])
def readers(
    record_id: RecordId, caller: SignedIn, kernel: KernelDep, purpose: TermQuery, action: TermQuery = "view"
) -> list[ReaderView]:
    """Who could read one of the caller's records now, for a purpose."""
    found = kernel.decisions.record_questions.who_can_access(
        caller.signer, read_hex(record_id, "record_id", 32), purpose, action
    )
    return [
        ReaderView(account=party.account, name=party.name, reason=str(decision.reason), consents=_entries(decision))
        for party, decision in found
    ]


@router.post("/consents/what-if")
def what_if(form: ConsentDraftForm, caller: SignedIn, kernel: KernelDep) -> list[AnswerChangeView]:
    """What signing this would change about the caller's present records; nothing is signed, kept or told."""
    return [_change(one) for one in kernel.consents.what_if.changes(wish_of(form, caller, kernel))]


def _incident(entry: str | None) -> bytes:
    return read_hex(entry, "incident", 32) if entry else bytes(32)


def _entries(decision: Decision) -> list[str]:
    return [shown(entry) for entry in decision.consents]


def _change(one: AnswerChange) -> AnswerChangeView:
    return AnswerChangeView(
        party=one.party.account,
        party_name=one.party.name,
        record_id=shown(one.record.issue.record_id),
        category=one.record.issue.category,
        purpose=one.purpose,
        action=one.action,
        before=str(one.before.reason),
        after=str(one.after.reason),
        permitted_after=one.after.permitted,
    )
