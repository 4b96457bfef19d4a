"""Transfer requests (전송요구): drafted as a grant of the caller's consent to the recipient, and listed in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.numbers import Seconds, Time
from mydata_ledger.api.routes.consents import ConsentDraftForm, grant_request
from mydata_ledger.api.schemas import ZERO, DraftView, Form, GrantForm, Hex32, Term, draft_view, to_hex
from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Grant
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.transfer import Transfer, terms_of
from mydata_ledger.ledger.wording import Words

router = APIRouter(tags=["consents"])
Days = Annotated[int, Field(ge=0, le=366, description="days between transfers; 0 for a single one")]


class TransferForm(Form):
    """Which data to send, to whom, for what purpose, how often and until when; `lock` is that of a consent."""

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
        """The ledger's terms."""
        period = (self.data_from, self.data_until, self.retain_until)
        return Transfer(tuple(self.categories), self.purpose, self.every_days, self.ends, *period)


class TransferView(BaseModel):
    """One active transfer request, as terms and in words; `entry` is that of the consent with its grant."""

    entry: Hex32
    recipient: str
    recipient_name: str
    categories: list[str]
    purpose: str
    every_days: Days
    ends: Time
    data_from: Time
    data_until: Time
    retain_until: Time
    status: str = Field(examples=["active"])
    words: dict[str, str]


@router.post("/me/transfers/drafts")
def draft_transfer(form: TransferForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft the consent with the transfer request, beside the caller's other grants to the recipient.

    Submit it as any consent. Withdrawing the consent ends the request.
    """
    grant = form.terms().grant(kernel.queries.now())
    kernel.queries.vocabulary.check_grant(grant)
    members = {
        name: list(statement) if isinstance(statement, tuple) else statement
        for name, statement in asdict(grant).items()
    }
    fields = {"grantee": form.recipient, "language": form.language, "lock": form.lock}
    drafted = ConsentDraftForm(grants=[GrantForm.model_validate(members)], **fields)
    request = grant_request(drafted, kernel, caller.signer, caller.signer)
    newest = kernel.queries.newest(request.data_subject, request.grantee)
    statement = newest.signed.statement if newest else None
    now = kernel.queries.now()
    kept_grants = (
        [g for g in statement.grants if g.expires > now and g != grant] if isinstance(statement, Consent) else []
    )
    return draft_view(kernel.consents.drafts.consent(replace(request, grants=(*kept_grants, *request.grants))))


@router.get("/me/transfers")
def list_transfers(caller: SignedIn, kernel: KernelDep) -> list[TransferView]:
    """Every active transfer request of the caller, oldest first."""
    return [view for state in kernel.queries.consents_of(caller.signer) for view in _views(state, kernel)]


def _sentence(grant: Grant, consent: Consent, words: Words) -> str:
    return words.sentence(grant, words.named(consent.grantee, consent.grantee_name))


def _views(state: ConsentState, kernel: Kernel) -> Iterator[TransferView]:
    if not state.stands:
        return
    consent, vocabulary, now = state.consent, kernel.queries.vocabulary, kernel.queries.now()
    for grant in consent.grants:
        terms = terms_of(grant)
        if terms is None or grant.expires <= now:
            continue
        words = {language: _sentence(grant, consent, Words(vocabulary, language)) for language in ("ko", "en")}
        yield TransferView(
            entry=to_hex(state.entry),
            recipient=consent.grantee,
            recipient_name=consent.grantee_name,
            status=state.status(now),
            words=words,
            **(asdict(terms) | {"categories": list(terms.categories)}),
        )
