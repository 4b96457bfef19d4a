"""Transfer requests (전송요구): drafted as a grant of the caller's consent to the recipient, and listed in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import AsPerson
from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.numbers import Seconds, Time
from mydata_ledger.api.routes.consents import ConsentDraftForm, grant_request
from mydata_ledger.api.schemas import ZERO, DraftView, Form, GrantForm, Hex32, Term, draft_view, to_hex
from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Grant
from mydata_ledger.ledger.kernel import AskedTransfer, Kernel
from mydata_ledger.ledger.terms import ASSET, COUNTED, values
from mydata_ledger.ledger.transfer import Transfer, terms_of
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.ledger.wording import Words

router = APIRouter(tags=["consents"])
Account = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", examples=["0x" + "ab" * 20])]
Asset = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")]
AfterTransfer = Annotated[
    str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="`transfer_id` of the last one of the previous page")
]
TransferLimit = Annotated[int, Query(ge=1, le=500)]
Days = Annotated[int, Field(ge=0, le=366, description="days between transfers; 0 for a single one")]


class TransferForm(Form):
    """Which data to send, to whom, for what purpose, how often and until when; `lock` is that of a consent. `holders`
    are the accounts of those who send it, who are notified of the request; `assets` ids of accounts, cards or meters.
    """

    recipient: Annotated[str, Field(max_length=200, examples=["0x" + "ab" * 20])]
    categories: Annotated[list[Term], Field(min_length=1, max_length=64, examples=[["finance.account"]])]
    purpose: Annotated[Term, Field(examples=["mydata:PFM_VIEW"])]
    every_days: Days = 0
    ends: Seconds
    data_from: Seconds = 0
    data_until: Seconds = 0
    retain_until: Seconds = 0
    holders: Annotated[list[Account], Field(max_length=16, default_factory=list)]
    assets: Annotated[list[Asset], Field(max_length=32, default_factory=list, examples=[["meter-7f3a"]])]
    language: Annotated[str, Field(max_length=20)] = "ko"
    lock: Hex32 = ZERO

    def terms(self) -> Transfer:
        """The ledger's terms."""
        period = (self.data_from, self.data_until, self.retain_until)
        named = tuple(self.holders), tuple(self.assets)
        return Transfer(tuple(self.categories), self.purpose, self.every_days, self.ends, *period, *named)


def members_of(terms: Transfer) -> dict[str, Any]:
    """The terms as members of a view."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(terms).items()}


class TransferTerms(BaseModel):
    """The terms of a transfer request: data, purpose, interval in days (`every_days`, 0 for once) and end."""

    categories: list[str]
    purpose: str
    every_days: int
    ends: Time
    data_from: Time
    data_until: Time
    retain_until: Time
    holders: list[str]
    assets: list[str]

    @classmethod
    def of(cls, terms: Transfer) -> TransferTerms:
        """The view of the terms."""
        return cls(**members_of(terms))


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
    holders: list[str]
    assets: list[str]
    status: str = Field(examples=["active"])
    words: dict[str, str]


@router.post("/me/transfers/drafts")
def draft_transfer(form: TransferForm, acting: AsPerson, kernel: KernelDep) -> DraftView:
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
    request = grant_request(drafted, kernel, acting.signer, acting.person)
    newest = kernel.queries.newest(request.data_subject, request.grantee)
    statement = newest.signed.statement if newest else None
    now = kernel.queries.now()
    kept_grants = (
        [g for g in statement.grants if g.expires > now and g != grant] if isinstance(statement, Consent) else []
    )
    return draft_view(kernel.consents.drafts.consent(replace(request, grants=(*kept_grants, *request.grants))))


@router.get("/me/transfers")
def list_transfers(acting: AsPerson, kernel: KernelDep) -> list[TransferView]:
    """Every active transfer request of the caller, oldest first."""
    return [view for state in kernel.queries.consents_of(acting.person) for view in _views(state, kernel)]


class AskedTransferView(BaseModel):
    """A transfer that a person asks of the caller, who holds the data: of which data, to whom, how often (`once`,
    `every-days:30`) and until when. `entry` is that of the consent, which the recipient has too.
    """

    transfer_id: Hex32
    entry: Hex32
    data_subject: str
    recipient: str
    recipient_name: str
    categories: list[str]
    assets: list[str]
    frequency: list[str] = Field(examples=[["every-days:30"]])
    data_from: Time
    data_until: Time
    ends: Time
    status: str = Field(examples=["active"])


@router.get("/transfers")
def list_asked_transfers(
    caller: SignedIn, kernel: KernelDep, after: AfterTransfer = "", limit: TransferLimit = 100
) -> list[AskedTransferView]:
    """The transfers that people ask of the caller now, by the condition `from:` of their consents.

    The list is in pages of `limit` consents, continued after the `transfer_id` of the last one.
    """
    start, now = read_hex(after, "after", 32) if after else b"", kernel.queries.now()
    return [_asked_view(one, now) for one in kernel.people.asked_transfers.of(caller.name, start, limit)]


def _asked_view(transfer: AskedTransfer, now: int) -> AskedTransferView:
    consent, grant = transfer.state.consent, transfer.grant
    return AskedTransferView(
        transfer_id=to_hex(transfer.item_id),
        entry=to_hex(transfer.state.entry),
        data_subject=to_hex(consent.data_subject),
        recipient=consent.grantee,
        recipient_name=consent.grantee_name,
        categories=list(grant.categories),
        assets=values(grant.terms(), ASSET),
        frequency=[str(term) for term in grant.terms() if term and term.name in COUNTED],
        data_from=grant.data_from,
        data_until=grant.data_until,
        ends=grant.expires,
        status=transfer.state.status(now),
    )


def _sentence(grant: Grant, consent: Consent, words: Words) -> str:
    return words.sentence(grant, words.named(consent.grantee, consent.grantee_name))


def _views(state: ConsentState, kernel: Kernel) -> Iterator[TransferView]:
    if not state.stands:
        return
    consent, now = state.consent, kernel.queries.now()
    for grant in consent.grants:
        terms = terms_of(grant)
        if terms is None or grant.expires <= now:
            continue
        words = {code: _sentence(grant, consent, kernel.statements.words(code)) for code in ("ko", "en")}
        yield TransferView(
            entry=to_hex(state.entry),
            recipient=consent.grantee,
            recipient_name=consent.grantee_name,
            status=state.status(now),
            words=words,
            **members_of(terms),
        )
