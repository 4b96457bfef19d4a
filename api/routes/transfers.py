"""Transfer requests (전송요구): drafted beside what the person already says to the recipient, and listed in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.routes.consents import ConsentDraftForm, wish_of
from mydata_ledger.api.schemas import ZERO, DraftView, Form, GrantForm, Hex32, Seconds, Term, draft_view, shown
from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Grant
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.transfer import Transfer, terms_of
from mydata_ledger.ledger.wording import Words

router = APIRouter(tags=["consents"])
Days = Annotated[int, Field(ge=0, le=366, description="0 for once, else how many days lie between transfers")]


class TransferForm(Form):
    """What to have sent, to whom, for what, how often, until when; `lock` as in any consent."""

    recipient: Annotated[str, Field(max_length=200, examples=["0x" + "ab" * 20])]
    categories: Annotated[list[Term], Field(min_length=1, max_length=64, examples=[["finance.account"]])]
    purpose: Annotated[Term, Field(examples=["mydata:PFM_VIEW"])]
    every_days: Days = 0
    ends: Seconds
    data_from: Seconds = 0
    data_until: Seconds = 0
    retain_until: Seconds = 0
    language: Annotated[str, Field(max_length=20)] = "ko"
    lock: Hex32 = ZERO

    def terms(self) -> Transfer:
        """The ledger's word for it."""
        period = (self.data_from, self.data_until, self.retain_until)
        return Transfer(tuple(self.categories), self.purpose, self.every_days, self.ends, *period)


class TransferView(BaseModel):
    """One transfer request that stands, in its terms and in words; `entry` is the consent that carries it."""

    entry: Hex32
    recipient: str
    recipient_name: str
    categories: list[str]
    purpose: str
    every_days: Days
    ends: int
    data_from: int
    data_until: int
    retain_until: int
    status: str = Field(examples=["active"])
    words: dict[str, str]


@router.post("/me/transfers/drafts")
def draft(form: TransferForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The consent that carries the request, beside what the caller already says to the recipient; hand it in signed as
    any consent. Withdrawing the consent ends the request.
    """
    grant = form.terms().grant(kernel.queries.now())
    kernel.queries.vocabulary.check_grant(grant)
    plain = {name: list(said) if isinstance(said, tuple) else said for name, said in asdict(grant).items()}
    asked = {"grantee": form.recipient, "language": form.language, "lock": form.lock}
    wish = wish_of(ConsentDraftForm(grants=[GrantForm.model_validate(plain)], **asked), caller, kernel)
    newest = kernel.queries.newest(wish.data_subject, wish.grantee)
    said = newest.signed.statement if newest else None
    now = kernel.queries.now()
    before = [g for g in said.grants if g.expires > now and g != grant] if isinstance(said, Consent) else []
    return draft_view(kernel.consents.drafts.consent(replace(wish, grants=(*before, *wish.grants))))


@router.get("/me/transfers")
def transfers(caller: SignedIn, kernel: KernelDep) -> list[TransferView]:
    """Every transfer request of the caller that stands, oldest first."""
    return [view for state in kernel.queries.consents_of(caller.signer) for view in _views(state, kernel)]


def _told(grant: Grant, said: Consent, words: Words) -> str:
    return words.sentence(grant, words.named(said.grantee, said.grantee_name))


def _views(state: ConsentState, kernel: Kernel) -> Iterator[TransferView]:
    if not state.stands:
        return
    said, vocabulary, now = state.consent, kernel.queries.vocabulary, kernel.queries.now()
    for grant in said.grants:
        terms = terms_of(grant)
        if terms is None or grant.expires <= now:
            continue
        words = {language: _told(grant, said, Words(vocabulary, language)) for language in ("ko", "en")}
        yield TransferView(
            entry=shown(state.entry),
            recipient=said.grantee,
            recipient_name=said.grantee_name,
            status=state.status(now),
            words=words,
            **(asdict(terms) | {"categories": list(terms.categories)}),
        )
