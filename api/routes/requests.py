"""Requests for consent, both sides of them: who asks, and who is asked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.schemas import DraftView, Form, GrantForm, Hex, Hex32, Term, draft_view, shown
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.consent_request import DAY, ConsentRequest, Wish, Wishes, WishKind
from mydata_ledger.ledger.kernel import RequestTerms
from mydata_ledger.ledger.transfer import Transfer, terms_of
from mydata_ledger.ledger.typed_data import message, read_hex
from mydata_ledger.ledger.wording import Words

router = APIRouter(tags=["requests"])
RequestId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="id of a request")]
After = Annotated[str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last request of the page before")]
Limit = Annotated[int, Query(ge=1, le=500)]
Text = Annotated[str, Field(max_length=2_000)]


class RequestTermsForm(Form):
    """What is asked for; `wait` is for how many seconds an answer is awaited."""

    grants: Annotated[list[GrantForm], Field(min_length=1, max_length=16)]
    notice_hash: Hex32
    benefit: Text = ""
    reference: Annotated[str, Field(max_length=200, examples=["KCT0008791"])] = ""
    wait: Annotated[int, Field(gt=0, le=90 * DAY)] = 14 * DAY

    def terms(self) -> RequestTerms:
        """The kernel's word for it."""
        grants = tuple(grant.grant() for grant in self.grants)
        return RequestTerms(
            grants, read_hex(self.notice_hash, "notice_hash", 32), self.benefit, self.reference, self.wait
        )


class RequestForm(RequestTermsForm):
    """A request to one person, whom the asker knows by their signer bytes."""

    data_subject: Hex


class OfferForm(RequestTermsForm):
    """An offer to whoever wished to be told of such; `topics` are words such as `diabetes` or `seoul`."""

    topics: Annotated[list[Term], Field(min_length=1, max_length=64)]


class TransferTerms(BaseModel):
    """Which data, for what, how often (`every_days` 0: once), until when: the terms of a transfer request."""

    categories: list[str]
    purpose: str
    every_days: int
    ends: int
    data_from: int
    data_until: int
    retain_until: int

    @classmethod
    def of(cls, terms: Transfer) -> TransferTerms:
        """The terms as they leave the house."""
        return cls(**(asdict(terms) | {"categories": list(terms.categories)}))


class RequestView(BaseModel):
    """A request as the reader may see it; `consent` is the entry of the consent that answered it. `by_question` means a
    refused question became it, because the person wishes to be asked each time: the asker does not see such a one.
    `words` says each grant in Korean and English; `transfers` has the terms of transfer requests (전송요구).
    """

    request_id: Hex32
    requester: str
    requester_name: str
    data_subject: str
    grants: list[dict[str, Any]]
    notice_hash: Hex32
    benefit: str
    reference: str
    asked_at: int
    answer_by: int
    state: str
    answered_at: int
    consent: str
    by_standing_wish: bool
    by_question: bool = False
    words: dict[str, list[str]]
    transfers: list[TransferTerms]


class WishForm(Form):
    """One standing wish."""

    kind: Annotated[WishKind, Field(strict=False)]
    purpose: Term = "*"
    category: Term = "*"
    topics: Annotated[list[Term], Field(max_length=16, default_factory=list)]


class WishesForm(Form):
    """All standing wishes; `validity` bounds, by the asker's role, the seconds a drafted answer lasts."""

    wishes: Annotated[list[WishForm], Field(max_length=64, default_factory=list)]
    validity: Annotated[dict[str, Annotated[int, Field(gt=0, le=NEVER)]], Field(max_length=32, default_factory=dict)]


class AnswerForm(Form):
    """`lock` as in a consent draft; `language` of the notice, the asked one where it is not published in it."""

    lock: Hex32
    language: Annotated[str, Field(max_length=20)] = ""


@router.post("/requests", status_code=202)
def request(form: RequestForm, caller: SignedIn, kernel: KernelDep) -> RequestView:
    """Ask a person for consent. It looks the same whoever they are and whatever they wish."""
    return _view(kernel.people.requests.ask(caller.name, subject_bytes(form.data_subject), form.terms()), kernel)


@router.get("/requests")
def requests(caller: SignedIn, kernel: KernelDep, after: After = "", limit: Limit = 100) -> list[RequestView]:
    """What the caller asked for, oldest first."""
    return [_view(one, kernel) for one in kernel.people.requests.by(caller.name, _after(after), limit)]


@router.get("/requests/{request_id}")
def one_request(request_id: RequestId, caller: SignedIn, kernel: KernelDep) -> RequestView:
    """One of the caller's requests."""
    return _view(kernel.people.requests.get(caller.name, read_hex(request_id, "request_id", 32)), kernel)


@router.post("/requests/{request_id}/withdrawal")
def withdraw(request_id: RequestId, caller: SignedIn, kernel: KernelDep) -> RequestView:
    """Take a request back."""
    return _view(kernel.people.requests.withdraw(caller.name, read_hex(request_id, "request_id", 32)), kernel)


@router.post("/offers", status_code=202)
def offer(form: OfferForm, caller: SignedIn, kernel: KernelDep) -> dict[str, str]:
    """Offer something to whoever wished to be told; who and how many they are is not said."""
    kernel.people.announcements.offer(caller.name, form.terms(), form.topics)
    return {"status": "announced"}


@router.get("/me/requests")
def asked_of_me(caller: SignedIn, kernel: KernelDep, after: After = "", limit: Limit = 100) -> list[RequestView]:
    """Everything that was asked of the caller, what a standing wish refused included."""
    return [_view(one, kernel) for one in kernel.people.requests.to(caller.signer, _after(after), limit)]


@router.post("/me/requests/{request_id}/refusal")
def refuse(request_id: RequestId, caller: SignedIn, kernel: KernelDep) -> RequestView:
    """Say no; it is recorded, and the same will not be asked again for thirty days."""
    return _view(kernel.people.requests.refuse(caller.signer, read_hex(request_id, "request_id", 32)), kernel)


@router.post("/me/requests/{request_id}/drafts")
def draft_answer(request_id: RequestId, form: AnswerForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The consent that grants it, ready for the wallet, with what it changes; draft narrower terms as any consent."""
    asked, lock = read_hex(request_id, "request_id", 32), read_hex(form.lock, "lock", 32)
    return draft_view(kernel.people.requests.draft_answer(caller.signer, asked, lock, form.language))


@router.get("/me/wishes")
def wishes(caller: SignedIn, kernel: KernelDep) -> WishesForm:
    """The caller's standing wishes."""
    said = kernel.people.wishes.of(caller.signer)
    forms = [WishForm(kind=w.kind, purpose=w.purpose, category=w.category, topics=list(w.topics)) for w in said.wishes]
    return WishesForm(wishes=forms, validity=dict(said.validity))


@router.put("/me/wishes")
def wish(form: WishesForm, caller: SignedIn, kernel: KernelDep) -> WishesForm:
    """Replace them all."""
    said = [Wish(w.kind, w.purpose, w.category, tuple(topic.lower() for topic in w.topics)) for w in form.wishes]
    kernel.people.wishes.replace(Wishes(caller.signer, tuple(said), form.validity))
    return wishes(caller, kernel)


def _after(text: str) -> bytes:
    return read_hex(text, "after", 32) if text else b""


def _view(one: ConsentRequest, kernel: KernelDep) -> RequestView:
    party = kernel.queries.party(one.requester)
    return RequestView(
        request_id=shown(one.request_id),
        requester=one.requester,
        requester_name=party.name if party else "",
        data_subject=shown(one.data_subject),
        grants=[message(grant) for grant in one.grants],
        notice_hash=shown(one.notice_hash),
        benefit=one.benefit,
        reference=one.reference,
        asked_at=one.asked_at,
        answer_by=one.answer_by,
        state=str(one.state),
        answered_at=one.answered_at,
        consent=shown(one.consent),
        by_standing_wish=one.silent,
        by_question=one.by_question,
        words={name: _said(one, name, kernel) for name in ("ko", "en")},
        transfers=[TransferTerms.of(terms) for terms in map(terms_of, one.grants) if terms],
    )


def _said(one: ConsentRequest, language: str, kernel: KernelDep) -> list[str]:
    party = kernel.queries.party(one.requester)
    words = Words(kernel.queries.vocabulary, language)
    return [words.sentence(grant, party.name if party else one.requester) for grant in one.grants]
