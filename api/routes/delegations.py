"""Delegations: who may sign for a data subject. Named by the person, or by an authority for a ward; the person can end
one at any time.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.ended_items import ReplacedView, replaced
from mydata_ledger.api.numbers import Seconds, Time
from mydata_ledger.api.proof_documents import proof_document
from mydata_ledger.api.schemas import (
    ZERO,
    DraftView,
    Form,
    Hex,
    Hex32,
    Language,
    SignedForm,
    Term,
    draft_view,
    to_hex,
)
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.delegation import Delegation, DelegationState
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import DelegateAppointment
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.typed_data import parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["delegations"])
After = Annotated[int, Query(ge=-1, le=2**62, description="`next` of the previous page")]
Limit = Annotated[int, Query(ge=1, le=200)]
EntryId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a delegation")]


class DelegateAppointmentForm(Form):
    """A delegation to be drafted. Without `data_subject` it is for the caller. `proof` is the commitment of the record
    that proves the relation.
    """

    data_subject: Hex | None = None
    delegate: Hex
    delegate_name: Annotated[str, Field(min_length=1, max_length=200)]
    relation: Term = "representative"
    categories: Annotated[list[Term], Field(min_length=1, max_length=64)]
    not_before: Seconds = 0
    expires: Seconds
    proof: Hex32 = ZERO
    lock: Hex32 = ZERO
    language: Language = ENGLISH


class DelegationForm(SignedForm):
    """A signed delegation. A guardian's needs `evidence`: the disclosure of the ward's birth date, as `disclose`
    returned it.
    """

    evidence: Annotated[str | None, Field(max_length=200_000)] = None


class DelegationEndForm(Form):
    """The delegate whose delegation ends. `secret` opens its lock, so that it can be revoked on chain too."""

    delegate: Hex
    secret: Hex32 = ZERO
    language: Language = ENGLISH


class DelegationView(BaseModel):
    """A delegation, for its data subject."""

    entry: Hex32
    delegate: str
    delegate_name: str
    delegator: str
    relation: str
    categories: list[str]
    not_before: Time
    expires: Time
    status: str = Field(examples=["active"])


class WardView(BaseModel):
    """A person for whom the caller acts: in these categories, until `expires`."""

    person: str
    relation: str = Field(examples=["guardian"])
    categories: list[str]
    expires: Time
    delegation: Hex32


class Wards(BaseModel):
    """One page. Pass `next` as `after` to get the next page; it is null on the last one. A page may be empty before
    the last one, because delegations that ended are left out.
    """

    wards: list[WardView]
    next: int | None


@router.post("/delegations/drafts")
def draft_delegation(form: DelegateAppointmentForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft a delegation, to be signed by the data subject, or by the authority that names a guardian."""
    appointment = DelegateAppointment(
        data_subject=subject_bytes(form.data_subject) if form.data_subject else caller.signer,
        delegator=caller.signer,
        delegate=subject_bytes(form.delegate),
        delegate_name=form.delegate_name,
        relation=form.relation,
        categories=tuple(form.categories),
        not_before=form.not_before,
        expires=form.expires,
        proof=read_hex(form.proof, "proof", 32),
        lock=read_hex(form.lock, "lock", 32),
    )
    return draft_view(kernel.consents.delegations.draft(appointment, form.language))


@router.post("/delegations", status_code=202)
def submit_delegation(form: DelegationForm, kernel: KernelDep, caller: SignedIn) -> ReplacedView:
    """Submit a signed delegation; it is valid once it is on chain.

    What the delegate made under the delegation that it renews continues under this one. `ended` lists what this one
    does not cover.
    """
    evidence = disclosure.from_json(form.evidence.encode()) if form.evidence else None
    delegation, signature = parse(Delegation, form.message), read_hex(form.signature, "signature")
    logged = kernel.consents.delegations.accept(delegation, signature, read_domain(form.domain), evidence)
    return replaced(logged, "pending", kernel.consents.endings.ended_by(logged), kernel, caller.signer)


@router.get("/delegations")
def list_delegations(caller: SignedIn, kernel: KernelDep) -> list[DelegationView]:
    """Every delegation of the caller, with past ones, oldest first."""
    now = kernel.queries.now()
    return [_view(state, now) for state in kernel.queries.delegations_of(caller.signer)]


@router.get("/me/wards")
def list_wards(caller: SignedIn, kernel: KernelDep, after: After = -1, limit: Limit = 100) -> Wards:
    """The persons for whom the caller acts now, under which delegation; `for` names one of them elsewhere."""
    now, named = kernel.queries.now(), kernel.queries.delegations_to(caller.signer, after, limit)
    wards = [_ward_view(state) for state in named if state.entitles(caller.signer, now)]
    return Wards(wards=wards, next=named[-1].position if len(named) == limit else None)


@router.get("/delegations/{entry}/copy")
def get_delegation_copy(entry: EntryId, caller: SignedIn, context: AppContextDep) -> dict[str, Any]:
    """A proof document of a delegation, for its data subject, its delegator and its delegate."""
    logged = context.kernel.queries.find(CONSENTS, read_hex(entry, "entry", 32))
    delegation = logged.signed.statement if logged else None
    if logged is None or not isinstance(delegation, Delegation):
        raise NotFound
    if caller.signer not in {delegation.data_subject, delegation.delegator, delegation.delegate}:
        raise NotFound
    return proof_document(
        context.kernel.records.proofs.prove(CONSENTS, logged.position), dict(context.settings.registries)
    )


@router.post("/delegations/ends/drafts")
def draft_delegation_end(form: DelegationEndForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """Draft the withdrawal that ends a delegation and what the delegate signed; submit it to `/revocations`."""
    secret = read_hex(form.secret, "secret", 32)
    delegate = subject_bytes(form.delegate)
    return draft_view(kernel.consents.delegations.draft_end(caller.signer, delegate, secret, form.language))


def _view(state: DelegationState, now: int) -> DelegationView:
    delegation = state.delegation
    return DelegationView(
        entry=to_hex(state.entry),
        delegate=to_hex(delegation.delegate),
        delegate_name=delegation.delegate_name,
        delegator=to_hex(delegation.delegator),
        relation=delegation.relation,
        categories=list(delegation.categories),
        not_before=delegation.not_before,
        expires=delegation.expires,
        status=state.status(now),
    )


def _ward_view(state: DelegationState) -> WardView:
    delegation = state.delegation
    return WardView(
        person=to_hex(delegation.data_subject),
        relation=delegation.relation,
        categories=list(delegation.categories),
        expires=delegation.expires,
        delegation=to_hex(state.entry),
    )
