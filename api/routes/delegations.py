"""Who may sign for whom: named by the person, or for a ward by an authority; ended by the person at any time."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.schemas import (
    ZERO,
    DraftView,
    Form,
    Hex,
    Hex32,
    Language,
    ReplacedView,
    Seconds,
    SignedForm,
    Term,
    draft_view,
    proof_document,
    replaced,
    shown,
)
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.delegation import Delegation, DelegationState
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import DelegateAppointment
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.typed_data import parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["delegations"])
EntryId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a delegation")]


class DelegateAppointmentForm(Form):
    """Who is to sign for whom; without `data_subject` for the caller. `proof` is the commitment of the record that
    shows the relation.
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
    """A signed delegation; for a guardian with the disclosure of the ward's birth date, as `disclose` gave it."""

    evidence: Annotated[str | None, Field(max_length=200_000)] = None


class EndForm(Form):
    """Whose office ends; `secret` opens the delegation's lock, so that the chain knows too."""

    delegate: Hex
    secret: Hex32 = ZERO
    language: Language = ENGLISH


class DelegationView(BaseModel):
    """A delegation as its data subject sees it."""

    entry: Hex32
    delegate: str
    delegate_name: str
    delegator: str
    relation: str
    categories: list[str]
    not_before: int
    expires: int
    status: str = Field(examples=["active"])


@router.post("/delegations/drafts")
def draft(form: DelegateAppointmentForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """A delegation, ready for the wallet of the person, or of the authority that names a guardian."""
    naming = DelegateAppointment(
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
    return draft_view(kernel.consents.delegations.draft(naming, form.language))


@router.post("/delegations", status_code=202)
def delegate(form: DelegationForm, kernel: KernelDep, _: SignedIn) -> ReplacedView:
    """Hand in a signed delegation; it counts from the moment it is on chain. `ended` names what the delegate made under
    the delegation that it renews and that it does not cover; the rest goes on under this one.
    """
    evidence = disclosure.from_json(form.evidence.encode()) if form.evidence else None
    said, signature = parse(Delegation, form.message), read_hex(form.signature, "signature")
    logged = kernel.consents.delegations.accept(said, signature, read_domain(form.domain), evidence)
    return replaced(logged, "pending", kernel.consents.endings.ended_by(logged))


@router.get("/delegations")
def delegations(caller: SignedIn, kernel: KernelDep) -> list[DelegationView]:
    """Everyone who was ever named to sign for the caller, oldest first."""
    now = kernel.queries.now()
    return [_view(state, now) for state in kernel.queries.delegations_of(caller.signer)]


@router.get("/delegations/{entry}/copy")
def copy(entry: EntryId, caller: SignedIn, house: AppContextDep) -> dict[str, Any]:
    """A delegation as a proof document: for whom it is about, who named and who is named."""
    logged = house.kernel.queries.find(CONSENTS, read_hex(entry, "entry", 32))
    said = logged.signed.statement if logged else None
    if logged is None or not isinstance(said, Delegation):
        raise NotFound
    if caller.signer not in {said.data_subject, said.delegator, said.delegate}:
        raise NotFound
    return proof_document(house.kernel.records.proofs.prove(CONSENTS, logged.position), dict(house.settings.registries))


@router.post("/delegations/ends/drafts")
def draft_end(form: EndForm, caller: SignedIn, kernel: KernelDep) -> DraftView:
    """The withdrawal that ends a delegation, and with it what the delegate signed; hand it in at `/revocations`."""
    secret = read_hex(form.secret, "secret", 32)
    delegate = subject_bytes(form.delegate)
    return draft_view(kernel.consents.delegations.draft_end(caller.signer, delegate, secret, form.language))


def _view(state: DelegationState, now: int) -> DelegationView:
    said = state.delegation
    return DelegationView(
        entry=shown(state.entry),
        delegate=shown(said.delegate),
        delegate_name=said.delegate_name,
        delegator=shown(said.delegator),
        relation=said.relation,
        categories=list(said.categories),
        not_before=said.not_before,
        expires=said.expires,
        status=state.status(now),
    )
