"""Consents and withdrawals: drafted here, signed by the person, accepted here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.auth import AppContextDep, Caller, KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.fastpath.consents import ConsentBatcherDep
from mydata_ledger.api.schemas import (
    ZERO,
    DraftView,
    Form,
    GrantForm,
    Hex,
    Hex32,
    Language,
    ReplacedView,
    SignedForm,
    draft_view,
    proof_document,
    replaced,
    shown,
)
from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation, DelegationState, office_of
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel import GrantRequest, Kernel, SubmittedConsent
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement
from mydata_ledger.ledger.status import Status
from mydata_ledger.ledger.typed_data import message, parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["consents"])
LARGE = 16 * 1024
"""Bytes of a signed consent from which on it is read and hashed in a thread, so that nobody else waits for it."""
EntryId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a consent")]


class ConsentDraftForm(Form):
    """What the person wants to say; `lock` is SHA-256 of a secret only they hold, which withdraws on chain."""

    grantee: Annotated[str, Field(max_length=200, examples=["role:responder"])]
    grants: Annotated[list[GrantForm], Field(min_length=1, max_length=64)]
    notice_hash: Hex32 | None = None
    language: Annotated[str, Field(max_length=20)] = "en"
    lock: Hex32 = ZERO
    data_subject: Annotated[Hex | None, Field(description="for whom a delegate signs; the caller without it")] = None


class RevocationDraftForm(Form):
    """Which grantee's consent ends; `secret` opens its lock, so that the chain knows too."""

    grantee: Annotated[str, Field(max_length=200)]
    secret: Hex32 = ZERO
    language: Language = ENGLISH
    data_subject: Annotated[Hex | None, Field(description="for whom a delegate signs; the caller without it")] = None


class SignedBy(BaseModel):
    """Who signed for the data subject, by name, and as what. `on_paper`: the person signed on paper, before this
    witness and a second one, and the scan is the record with that commitment.
    """

    signer: str
    name: str
    relation: str
    on_paper: bool = False
    second_witness: str = ""
    scan: str = ""


class ConsentView(BaseModel):
    """One version of a consent as its data subject sees it."""

    entry: Hex32
    position: int
    grantee: str
    grantee_name: str
    version: int
    status: str = Field(examples=["active"])
    grants: list[dict[str, Any]]
    signed_at: int
    signed_by: SignedBy | None = Field(default=None, description="absent where the data subject signed themselves")


@router.post("/consents/drafts")
def draft_consent(form: ConsentDraftForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The next version of the caller's consent to a grantee, ready for the wallet."""
    return draft_view(kernel.consents.drafts.consent(wish_of(form, caller, kernel)))


@router.post("/consents", status_code=202)
async def consent(form: SignedForm, request: Request, batcher: ConsentBatcherDep, _: SignedIn) -> ReplacedView:
    """Hand in a signed consent; it permits from the moment it is on chain. Anyone signed in may carry it. `ended` names
    what rested on the version it replaces.
    """
    if len(await request.body()) > LARGE:
        return await run_in_threadpool(_taken_alone, form, batcher.kernel)
    taken = await batcher.submit(_handed(form))
    said = taken.logged.signed.statement
    is_first = isinstance(said, Consent) and said.signer == said.data_subject and not any(said.previous)
    if taken.is_new and is_first:
        return replaced(taken.logged, "pending", [])
    return await run_in_threadpool(_replaced, taken.logged, batcher.kernel)


def _handed(form: SignedForm) -> SubmittedConsent:
    claimed = read_domain(form.domain)
    return SubmittedConsent(parse(Consent, form.message), read_hex(form.signature, "signature"), claimed)


def _taken_alone(form: SignedForm, kernel: Kernel) -> ReplacedView:
    return _replaced(kernel.consents.acceptance.submit(_handed(form)).logged, kernel)


def _replaced(logged: LoggedStatement, kernel: Kernel) -> ReplacedView:
    state = kernel.queries.consent(logged.signed.entry.entry)
    status = state.status(kernel.queries.now()) if state else Status.PENDING
    return replaced(logged, status, kernel.consents.endings.ended_by(logged))


@router.get("/consents")
def consents(caller: SignedIn, kernel: KernelDep) -> list[ConsentView]:
    """Every version of every consent of the caller, oldest first."""
    delegations = kernel.queries.delegations_of(caller.signer)
    return [_view(state, kernel, delegations) for state in kernel.queries.consents_of(caller.signer)]


@router.get("/consents/{entry}/copy")
def copy(entry: EntryId, caller: SignedIn, house: AppContextDep) -> dict[str, Any]:
    """The caller's own copy: statement, signature, salt and proof, for `mydata verify`."""
    state = house.kernel.queries.consent(read_hex(entry, "entry", 32))
    if state is None or state.consent.data_subject != caller.signer:
        raise NotFound
    registries, queries = dict(house.settings.registries), house.kernel.queries
    document = proof_document(house.kernel.records.proofs.prove(CONSENTS, state.position), registries)
    if notice := queries.notice(state.consent.notice_hash):
        document["notice"] = {"language": notice.language, "text": notice.text}
    if office := _office(state, queries.delegations_of(state.consent.data_subject)):
        document["delegation"] = proof_document(
            house.kernel.records.proofs.prove(CONSENTS, office.position), registries
        )
    return document


def _office(state: ConsentState, delegations: list[DelegationState]) -> DelegationState | None:
    """The delegation under which somebody else signed for the data subject."""
    said = state.consent
    if said.signer == said.data_subject:
        return None
    return office_of(said.signer, said.signed_at, state.position, delegations)


@router.post("/revocations/drafts")
def draft_revocation(form: RevocationDraftForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The withdrawal of the caller's newest consent to a grantee, ready for the wallet."""
    secret = read_hex(form.secret, "secret", 32)
    whose = subject_bytes(form.data_subject) if form.data_subject else caller.signer
    draft = kernel.consents.drafts.revocation(whose, grantee_of(form.grantee), secret, caller.signer, form.language)
    return draft_view(draft)


@router.post("/revocations", status_code=202)
def revoke(form: SignedForm, kernel: KernelDep, _: SignedIn) -> ReplacedView:
    """Hand in a signed withdrawal; it denies before this answers. `ended` names what rested on the consent and ended
    with it: share links, exports, sessions, what a delegate signed, keys that were handed out.
    """
    said, signature = parse(Revocation, form.message), read_hex(form.signature, "signature")
    logged = kernel.consents.revocations.accept(said, signature, read_domain(form.domain))
    return replaced(logged, "denies now", kernel.consents.endings.ended_by(logged))


def wish_of(form: ConsentDraftForm, caller: Caller, kernel: Kernel) -> GrantRequest:
    """What the caller wants to say, under the newest notice in their language unless they name one."""
    notice = read_hex(form.notice_hash, "notice_hash", 32) if form.notice_hash else _present(kernel, form.language)
    return GrantRequest(
        data_subject=subject_bytes(form.data_subject) if form.data_subject else caller.signer,
        signer=caller.signer,
        grantee=grantee_of(form.grantee),
        grants=tuple(grant.grant() for grant in form.grants),
        notice_hash=notice,
        lock=read_hex(form.lock, "lock", 32),
    )


def grantee_of(text: str) -> str:
    """A grantee as consents name it. Raises MalformedInput."""
    return checksum(read_hex(text, "grantee", 20)) if text.startswith("0x") else text


def _present(kernel: Kernel, language: str) -> bytes:
    """The newest notice in a language that no later one replaced."""
    found = [n for n in kernel.queries.notices() if n.language == language and not n.outdated]
    if not found:
        known = sorted({n.language for n in kernel.queries.notices()})
        raise InvalidStatement(f"no notice is published in that language; there are {', '.join(known) or 'none yet'}")
    return max(found, key=lambda notice: notice.version).digest


def _view(state: ConsentState, kernel: Kernel, delegations: list[DelegationState]) -> ConsentView:
    said, office = state.consent, _office(state, delegations)
    return ConsentView(
        entry=shown(state.entry),
        position=state.position,
        grantee=said.grantee,
        grantee_name=said.grantee_name,
        version=said.version,
        status=state.status(kernel.queries.now()),
        grants=message(said)["grants"],
        signed_at=said.signed_at,
        signed_by=_signed_by(office.delegation) if office else None,
    )


def _signed_by(office: Delegation) -> SignedBy:
    plain = SignedBy(signer=shown(office.delegate), name=office.delegate_name, relation=office.relation)
    if not office.on_paper:
        return plain
    marks = {"relation": "paper", "on_paper": True, "second_witness": shown(office.delegator)}
    return plain.model_copy(update=marks | {"scan": shown(office.proof)})
