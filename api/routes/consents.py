"""Consents and withdrawals: drafted here, signed by the data subject or a delegate, accepted here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.acting import ActingFor
from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.ended_items import ReplacedView, replaced
from mydata_ledger.api.fastpath.consents import ConsentBatcherDep
from mydata_ledger.api.proof_documents import proof_document
from mydata_ledger.api.schemas import (
    ZERO,
    DraftView,
    Form,
    GrantForm,
    Hex,
    Hex32,
    Language,
    SignedForm,
    draft_view,
    to_hex,
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
LARGE_CONSENT = 16 * 1024
"""Bytes from which a signed consent is parsed and hashed in a thread, so that it does not delay other requests."""
EntryId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a consent")]


class ConsentDraftForm(Form):
    """What a consent should say. `lock` is SHA-256 of a secret that only the signer holds; revealing the secret revokes
    the consent on chain. Without `notice_hash`, the newest notice in `language` is used.
    """

    grantee: Annotated[str, Field(max_length=200, examples=["role:responder"])]
    grants: Annotated[list[GrantForm], Field(min_length=1, max_length=64)]
    notice_hash: Hex32 | None = None
    language: Annotated[str, Field(max_length=20)] = "en"
    lock: Hex32 = ZERO
    data_subject: Annotated[Hex | None, Field(description="whom a delegate signs for; by default the caller")] = None


class RevocationDraftForm(Form):
    """The grantee whose consent is withdrawn. `secret` opens the consent's lock, to revoke it on chain too."""

    grantee: Annotated[str, Field(max_length=200)]
    secret: Hex32 = ZERO
    language: Language = ENGLISH
    data_subject: Annotated[Hex | None, Field(description="whom a delegate signs for; by default the caller")] = None


class SignedBy(BaseModel):
    """Who signed for the data subject: signer, name and relation.

    With `on_paper`, the data subject signed on paper before this witness and `second_witness`; `scan` is the commitment
    of the record that contains the scan.
    """

    signer: str
    name: str
    relation: str
    on_paper: bool = False
    second_witness: str = ""
    scan: str = ""


class ConsentView(BaseModel):
    """One version of a consent, for its data subject."""

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
def draft_consent(form: ConsentDraftForm, acting: ActingFor, kernel: KernelDep) -> DraftView:
    """Draft the next version of the caller's consent to a grantee, or of a person for whom they act, to be signed."""
    wanted = grant_request(form, kernel, acting.signer, acting.named(form.data_subject))
    kernel.consents.acting.check_drafting(acting.signer, wanted.data_subject)
    draft = kernel.consents.drafts.consent(wanted)
    kernel.consents.acting.check_drafted(draft.statement)
    return draft_view(draft)


@router.post("/consents", status_code=202)
async def submit_consent(
    form: SignedForm, request: Request, batcher: ConsentBatcherDep, caller: SignedIn
) -> ReplacedView:
    """Submit a signed consent; it permits access once it is on chain.

    Anyone with a session may submit it for its signer. `ended` lists what was based on the version it replaces and
    ended with it.
    """
    if len(await request.body()) > LARGE_CONSENT:
        return await run_in_threadpool(_submit_alone, form, batcher.kernel, caller.signer)
    accepted = await batcher.submit(_submitted(form))
    statement = accepted.logged.signed.statement
    is_first = (
        isinstance(statement, Consent) and statement.signer == statement.data_subject and not any(statement.previous)
    )
    if accepted.is_new and is_first:
        return replaced(accepted.logged, "pending", [], batcher.kernel, caller.signer)
    return await run_in_threadpool(_replaced_view, accepted.logged, batcher.kernel, caller.signer)


def _submitted(form: SignedForm) -> SubmittedConsent:
    claimed = read_domain(form.domain)
    return SubmittedConsent(parse(Consent, form.message), read_hex(form.signature, "signature"), claimed)


def _submit_alone(form: SignedForm, kernel: Kernel, caller: bytes) -> ReplacedView:
    return _replaced_view(kernel.consents.acceptance.submit(_submitted(form)).logged, kernel, caller)


def _replaced_view(logged: LoggedStatement, kernel: Kernel, caller: bytes) -> ReplacedView:
    state = kernel.queries.consent(logged.signed.entry.entry)
    status = state.status(kernel.queries.now()) if state else Status.PENDING
    return replaced(logged, status, kernel.consents.endings.ended_by(logged), kernel, caller)


@router.get("/consents")
def list_consents(acting: ActingFor, kernel: KernelDep) -> list[ConsentView]:
    """Every version of every consent of the caller, or of a ward within the delegation, oldest first."""
    delegations = kernel.queries.delegations_of(acting.person)
    consents = [s for s in kernel.queries.consents_of(acting.person) if acting.covers(s.consent.categories)]
    return [_view(state, kernel, delegations) for state in consents]


@router.get("/consents/{entry}/copy")
def get_consent_copy(entry: EntryId, caller: SignedIn, context: AppContextDep) -> dict[str, Any]:
    """A proof document of one of the caller's consents: statement, signature, salt and proofs, for `mydata verify`."""
    state = context.kernel.queries.consent(read_hex(entry, "entry", 32))
    if state is None or state.consent.data_subject != caller.signer:
        raise NotFound
    registries, queries = dict(context.settings.registries), context.kernel.queries
    document = proof_document(context.kernel.records.proofs.prove(CONSENTS, state.position), registries)
    if notice := queries.notice(state.consent.notice_hash):
        document["notice"] = {"language": notice.language, "text": notice.text}
    if delegation := _delegation_of(state, queries.delegations_of(state.consent.data_subject)):
        document["delegation"] = proof_document(
            context.kernel.records.proofs.prove(CONSENTS, delegation.position), registries
        )
    return document


def _delegation_of(state: ConsentState, delegations: list[DelegationState]) -> DelegationState | None:
    """The delegation under which a delegate signed; None if the data subject signed."""
    consent = state.consent
    if consent.signer == consent.data_subject:
        return None
    return office_of(consent.signer, consent.signed_at, state.position, delegations)


@router.post("/revocations/drafts")
def draft_revocation(form: RevocationDraftForm, acting: ActingFor, kernel: KernelDep) -> DraftView:
    """Draft the withdrawal of the newest consent to a grantee, of the caller or their ward, to be signed."""
    secret = read_hex(form.secret, "secret", 32)
    data_subject = acting.named(form.data_subject)
    kernel.consents.acting.check_drafting(acting.signer, data_subject)
    grantee = parse_grantee(form.grantee)
    draft = kernel.consents.drafts.revocation(data_subject, grantee, secret, acting.signer, form.language)
    kernel.consents.acting.check_drafted(draft.statement)
    return draft_view(draft)


@router.post("/revocations", status_code=202)
def submit_revocation(form: SignedForm, kernel: KernelDep, caller: SignedIn) -> ReplacedView:
    """Submit a signed withdrawal; access is denied before this responds.

    `ended` lists what was based on the consent and ended with it: share links, exports, sessions, statements of a
    delegate, released keys.
    """
    revocation, signature = parse(Revocation, form.message), read_hex(form.signature, "signature")
    logged = kernel.consents.revocations.accept(revocation, signature, read_domain(form.domain))
    return replaced(logged, "denies now", kernel.consents.endings.ended_by(logged), kernel, caller.signer)


def grant_request(form: ConsentDraftForm, kernel: Kernel, signer: bytes, data_subject: bytes) -> GrantRequest:
    """The consent that the form describes; without `notice_hash`, under the newest notice in the form's language."""
    given = form.notice_hash
    notice = read_hex(given, "notice_hash", 32) if given else _newest_notice(kernel, form.language)
    return GrantRequest(
        data_subject=data_subject,
        signer=signer,
        grantee=parse_grantee(form.grantee),
        grants=tuple(grant.grant() for grant in form.grants),
        notice_hash=notice,
        lock=read_hex(form.lock, "lock", 32),
    )


def parse_grantee(text: str) -> str:
    """A grantee in the form that consents have. Raises MalformedInput."""
    return checksum(read_hex(text, "grantee", 20)) if text.startswith("0x") else text


def _newest_notice(kernel: Kernel, language: str) -> bytes:
    """The hash of the newest notice in a language that is not outdated. Raises InvalidStatement."""
    notices = [notice for notice in kernel.queries.notices() if notice.language == language and not notice.outdated]
    if not notices:
        languages = sorted({notice.language for notice in kernel.queries.notices()})
        raise InvalidStatement(
            f"no notice is published in that language; there are {', '.join(languages) or 'none yet'}"
        )
    return max(notices, key=lambda notice: notice.version).digest


def _view(state: ConsentState, kernel: Kernel, delegations: list[DelegationState]) -> ConsentView:
    consent, delegation = state.consent, _delegation_of(state, delegations)
    return ConsentView(
        entry=to_hex(state.entry),
        position=state.position,
        grantee=consent.grantee,
        grantee_name=consent.grantee_name,
        version=consent.version,
        status=state.status(kernel.queries.now()),
        grants=message(consent)["grants"],
        signed_at=consent.signed_at,
        signed_by=_signed_by(delegation.delegation) if delegation else None,
    )


def _signed_by(delegation: Delegation) -> SignedBy:
    signed_by = SignedBy(
        signer=to_hex(delegation.delegate), name=delegation.delegate_name, relation=delegation.relation
    )
    if not delegation.on_paper:
        return signed_by
    paper_fields = {"relation": "paper", "on_paper": True, "second_witness": to_hex(delegation.delegator)}
    return signed_by.model_copy(update=paper_fields | {"scan": to_hex(delegation.proof)})
