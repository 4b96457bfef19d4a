"""Requests for consent, for the requester and for the person who is asked."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import ActingFor
from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.routes.transfers import TransferTerms
from mydata_ledger.api.schemas import DraftView, Form, GrantForm, Hex, Hex32, Term, draft_view, to_hex
from mydata_ledger.ledger.consent_request import DAY, ConsentRequest, Origin
from mydata_ledger.ledger.kernel import RequestTerms
from mydata_ledger.ledger.transfer import terms_of
from mydata_ledger.ledger.typed_data import message, read_hex
from mydata_ledger.ledger.wording import Words

router = APIRouter(tags=["requests"])
RequestId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="id of a request")]
After = Annotated[
    str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last request of the previous page")
]
Limit = Annotated[int, Query(ge=1, le=500)]
REQUEST_ID, CATEGORIES = attrgetter("request_id"), attrgetter("categories")
Text = Annotated[str, Field(max_length=2_000)]


class RequestTermsForm(Form):
    """The terms of a request for consent; `wait` is the number of seconds until it expires. `benefit` says what the
    person gets, in English, and `benefit_ko` in Korean: give both, since each person reads one of them.
    """

    grants: Annotated[list[GrantForm], Field(min_length=1, max_length=16)]
    notice_hash: Hex32
    benefit: Annotated[Text, Field(examples=["A report of your results"])] = ""
    benefit_ko: Annotated[Text, Field(examples=["결과 보고서를 드립니다"])] = ""
    reference: Annotated[str, Field(max_length=200, examples=["KCT0008791"])] = ""
    wait: Annotated[int, Field(gt=0, le=90 * DAY)] = 14 * DAY

    def terms(self) -> RequestTerms:
        """The kernel's terms."""
        grants = tuple(grant.grant() for grant in self.grants)
        notice_hash, texts = read_hex(self.notice_hash, "notice_hash", 32), (self.benefit, self.reference)
        return RequestTerms(grants, notice_hash, *texts, self.wait, self.benefit_ko)


class RequestForm(RequestTermsForm):
    """A request to one person, whose signer bytes the requester knows."""

    data_subject: Hex


class OfferForm(RequestTermsForm):
    """An offer to everyone with a matching standing wish; `topics` are words such as `diabetes` or `seoul`."""

    topics: Annotated[list[Term], Field(min_length=1, max_length=64)]


class RequestView(BaseModel):
    """A request for consent.

    `consent` is the entry of the consent that answered it. `by_question` means that a denied access became this
    request, since the person wishes to be asked each time; its requester does not see it. `by_offer` means that an
    offer matched a wish of the person; its requester sees it once a consent has answered it. `words` says each grant in
    Korean and English; `transfers` has the terms of transfer requests (전송요구).
    """

    request_id: Hex32
    requester: str
    requester_name: str
    data_subject: str
    grants: list[dict[str, Any]]
    notice_hash: Hex32
    benefit: str
    benefit_ko: str = ""
    reference: str
    asked_at: int
    answer_by: int
    state: str
    answered_at: int
    consent: str
    by_standing_wish: bool
    by_question: bool = False
    by_offer: bool = False
    words: dict[str, list[str]]
    transfers: list[TransferTerms]


class SentRequestView(RequestView):
    """A request for consent, for its requester.

    `missing_texts` names what people who read the other language will miss: `benefit`, `benefit_ko`, or the requester's
    own name (`name_en`, `name_ko`; give it in the registry as `English | 한국어`, or by `PUT /me/party`). Give both.
    """

    missing_texts: list[str] = Field(examples=[["benefit_ko", "name_ko"]])


class AnswerForm(Form):
    """`lock` is that of a consent draft; `language` selects the language of the notice. Without it, or if the notice is
    not published in it, the request's language is used.
    """

    lock: Hex32
    language: Annotated[str, Field(max_length=20)] = ""


@router.post("/requests", status_code=202)
def request_consent(form: RequestForm, caller: SignedIn, kernel: KernelDep) -> SentRequestView:
    """Ask a person for consent. The response is the same whoever they are and whatever they wish.

    Give `benefit` in English and `benefit_ko` in Korean; `missing_texts` of the answer names what is not there.
    """
    return _sent_view(kernel.people.requests.ask(caller.name, subject_bytes(form.data_subject), form.terms()), kernel)


@router.get("/requests")
def list_sent_requests(
    caller: SignedIn, kernel: KernelDep, after: After = "", limit: Limit = 100
) -> list[SentRequestView]:
    """The caller's own requests, oldest first."""
    return [_sent_view(request, kernel) for request in kernel.people.requests.by(caller.name, _after(after), limit)]


@router.get("/requests/{request_id}")
def get_sent_request(request_id: RequestId, caller: SignedIn, kernel: KernelDep) -> SentRequestView:
    """One of the caller's own requests."""
    return _sent_view(kernel.people.requests.get(caller.name, read_hex(request_id, "request_id", 32)), kernel)


@router.post("/requests/{request_id}/withdrawal")
def withdraw_request(request_id: RequestId, caller: SignedIn, kernel: KernelDep) -> SentRequestView:
    """Withdraw one of the caller's own requests."""
    return _sent_view(kernel.people.requests.withdraw(caller.name, read_hex(request_id, "request_id", 32)), kernel)


@router.post("/offers", status_code=202)
def publish_offer(form: OfferForm, caller: SignedIn, kernel: KernelDep) -> dict[str, str]:
    """Announce an offer to everyone with a matching wish; it is sent later. The caller does not learn who or how many
    they are: a request to one of them is listed once a consent has answered it.
    """
    kernel.people.announcements.offer(caller.name, form.terms(), form.topics)
    return {"status": "announced"}


@router.get("/me/requests")
def list_received_requests(
    acting: ActingFor, kernel: KernelDep, after: After = "", limit: Limit = 100
) -> list[RequestView]:
    """Every request to the caller, or to a ward within the delegation, also what a standing wish refused."""
    read = partial(kernel.people.requests.to, acting.person)
    return [_view(one, kernel) for one in acting.covered(read, _after(after), limit, REQUEST_ID, CATEGORIES)]


@router.post("/me/requests/{request_id}/refusal")
def refuse_request(request_id: RequestId, acting: ActingFor, kernel: KernelDep) -> RequestView:
    """Refuse a request; the refusal is recorded, and the requester cannot repeat it for thirty days."""
    wanted = read_hex(request_id, "request_id", 32)
    return _view(kernel.people.requests.refuse(acting.person, wanted, acting.covers), kernel)


@router.post("/me/requests/{request_id}/drafts")
def draft_consent_for_request(
    request_id: RequestId, form: AnswerForm, acting: ActingFor, kernel: KernelDep
) -> DraftView:
    """Draft the consent that grants a request, with what it changes. For narrower terms, draft an ordinary consent."""
    wanted, lock = read_hex(request_id, "request_id", 32), read_hex(form.lock, "lock", 32)
    draft_answer = partial(kernel.people.requests.draft_answer, signer=acting.signer, covers=acting.covers)
    draft = draft_answer(acting.person, wanted, lock, form.language)
    kernel.consents.acting.check_drafted(draft.statement)
    return draft_view(draft)


def _after(text: str) -> bytes:
    return read_hex(text, "after", 32) if text else b""


def _view(request: ConsentRequest, kernel: KernelDep) -> RequestView:
    party = kernel.queries.party(request.requester)
    return RequestView(
        request_id=to_hex(request.request_id),
        requester=request.requester,
        requester_name=party.name if party else "",
        data_subject=to_hex(request.data_subject),
        grants=[message(grant) for grant in request.grants],
        notice_hash=to_hex(request.notice_hash),
        benefit=request.benefit,
        benefit_ko=request.benefit_ko,
        reference=request.reference,
        asked_at=request.asked_at,
        answer_by=request.answer_by,
        state=str(request.state),
        answered_at=request.answered_at,
        consent=to_hex(request.consent),
        by_standing_wish=request.silent,
        by_question=request.origin is Origin.QUESTION,
        by_offer=request.origin is Origin.OFFER,
        words={name: _sentences(request, name, kernel) for name in ("ko", "en")},
        transfers=[TransferTerms.of(terms) for terms in map(terms_of, request.grants) if terms],
    )


def _sent_view(request: ConsentRequest, kernel: KernelDep) -> SentRequestView:
    party = kernel.queries.party(request.requester)
    texts = [name for name in ("benefit", "benefit_ko") if not getattr(request, name).strip()]
    names = kernel.people.party_cards.missing_names(party) if party else []
    return SentRequestView(**_view(request, kernel).model_dump(), missing_texts=[*texts, *names])


def _sentences(request: ConsentRequest, language: str, kernel: KernelDep) -> list[str]:
    party = kernel.queries.party(request.requester)
    words = Words(kernel.queries.vocabulary, language)
    return [words.sentence(grant, party.name if party else request.requester) for grant in request.grants]
