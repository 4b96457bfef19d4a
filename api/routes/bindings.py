"""Bindings of a holder's patient numbers to persons. A number stands in bodies and headers, never in a URL."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import Acting, ActingFor
from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.patient_numbers import PatientNumber
from mydata_ledger.api.schemas import Form, Hex, Hex32, to_hex
from mydata_ledger.ledger.errors import MalformedInput, NotEntitled
from mydata_ledger.ledger.kernel.people.bindings import PatientBinding
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["bindings"])
Account = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", description="the holder's account")]
BindingId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="id of the binding, as lists give it")]
After = Annotated[str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last binding of the page before")]
COVERED = ("health",)
"""What a delegation must cover for its delegate to act on bindings."""


class CodeForm(Form):
    """The holder at whose counter the code is read out."""

    holder: Account


class CodeView(BaseModel):
    """A one-time code; it is shown once, and replaces the person's earlier one."""

    code: str = Field(examples=["7K3F-92QM"])
    expires: int


class NonceView(BaseModel):
    """A nonce and the text that a person signs (EIP-191, or a passkey over its digest)."""

    nonce: str
    text: str
    expires: int


class NumberForm(Form):
    """A patient number of the caller."""

    patient_number: PatientNumber


class BindForm(NumberForm):
    """A patient number, and the person's code; or the signed nonce, its signer and the signature."""

    code: Annotated[str, Field(max_length=20)] = ""
    nonce: Annotated[str, Field(max_length=100)] = ""
    signer: Hex = "0x"
    signature: Hex = "0x"


class DisputeForm(Form):
    """What is wrong, in the person's words; the holder reads it."""

    reason: Annotated[str, Field(max_length=500)] = ""


class BindingView(BaseModel):
    """One binding. `how` is `code` or `signature`, `state` active, disputed or ended."""

    binding_id: Hex32
    data_subject: str
    holder: str
    patient_number: str
    state: str
    how: str
    bound_at: int
    ended_at: int
    reason: str

    @classmethod
    def of(cls, binding: PatientBinding) -> BindingView:
        """The view of a binding."""
        return cls(
            binding_id=to_hex(binding.binding_id),
            data_subject=to_hex(binding.person),
            holder=binding.holder,
            patient_number=binding.number,
            state=binding.state,
            how=binding.how,
            bound_at=binding.bound_at,
            ended_at=binding.ended_at,
            reason=binding.reason,
        )


@router.post("/me/bindings/codes", status_code=201)
def create_binding_code(form: CodeForm, acting: ActingFor, kernel: KernelDep) -> CodeView:
    """A code that the caller, or who acts for a person, reads out at a holder's counter within ten minutes."""
    account = checksum(read_hex(form.holder, "holder", 20))
    code, expires = kernel.people.bindings.make_code(_person(acting), account)
    return CodeView(code=code, expires=expires)


@router.get("/me/bindings")
def list_bindings(acting: ActingFor, kernel: KernelDep) -> list[BindingView]:
    """Which holders know the caller, or the person of `for`, by which number, since when, and how it was bound."""
    return [BindingView.of(binding) for binding in kernel.people.bindings.of_person(_person(acting))]


@router.post("/me/bindings/{binding_id}/end")
def end_binding(binding_id: BindingId, acting: ActingFor, kernel: KernelDep) -> BindingView:
    """End a binding: the holder issues nothing by this number any more."""
    return BindingView.of(kernel.people.bindings.end(read_hex(binding_id, "binding_id", 32), _person(acting)))


@router.post("/me/bindings/{binding_id}/dispute")
def dispute_binding(binding_id: BindingId, form: DisputeForm, acting: ActingFor, kernel: KernelDep) -> BindingView:
    """Say that a number is not the person's. Nothing is issued by it until the dispute is taken back, or the holder
    binds the number anew.
    """
    binding = read_hex(binding_id, "binding_id", 32)
    return BindingView.of(kernel.people.bindings.dispute(binding, _person(acting), form.reason))


@router.post("/me/bindings/{binding_id}/confirm")
def confirm_binding(binding_id: BindingId, acting: ActingFor, kernel: KernelDep) -> BindingView:
    """Take a dispute back."""
    return BindingView.of(kernel.people.bindings.confirm(read_hex(binding_id, "binding_id", 32), _person(acting)))


@router.post("/bindings/nonces", status_code=201)
def create_binding_nonce(caller: SignedIn, kernel: KernelDep) -> NonceView:
    """A nonce that the holder shows, and a person signs within ten minutes."""
    bindings = kernel.people.bindings
    name = bindings.holder(caller.name).name
    nonce, expires = bindings.codes.nonce(caller.name)
    return NonceView(nonce=nonce, text=bindings.codes.text(name, caller.name, nonce), expires=expires)


@router.post("/bindings", status_code=201)
def bind_patient_number(form: BindForm, caller: SignedIn, kernel: KernelDep) -> BindingView:
    """Bind the caller's patient number to the person who made the code, or who signed the nonce."""
    bindings = kernel.people.bindings
    if bool(form.code) == bool(form.nonce):
        raise MalformedInput("give `code`, or `nonce` with `signer` and `signature`")
    if form.code:
        return BindingView.of(bindings.bind(caller.name, form.patient_number, form.code))
    signer, signature = subject_bytes(form.signer, "signer"), read_hex(form.signature, "signature")
    return BindingView.of(bindings.bind_signed(caller.name, form.patient_number, form.nonce, signer, signature))


@router.get("/bindings")
def list_holder_bindings(caller: SignedIn, kernel: KernelDep, after: After = "") -> list[BindingView]:
    """Bindings of the caller's patient numbers, oldest first, 100 at a time."""
    start = read_hex(after, "after", 32) if after else b""
    return [BindingView.of(binding) for binding in kernel.people.bindings.of_holder(caller.name, start)]


@router.post("/bindings/search")
def find_binding(form: NumberForm, caller: SignedIn, kernel: KernelDep) -> BindingView:
    """The newest binding of one of the caller's patient numbers."""
    return BindingView.of(kernel.people.bindings.by_number(caller.name, form.patient_number))


@router.post("/bindings/end")
def end_number_binding(form: NumberForm, caller: SignedIn, kernel: KernelDep) -> BindingView:
    """End the binding of one of the caller's patient numbers."""
    return BindingView.of(kernel.people.bindings.end_number(caller.name, form.patient_number))


def _person(acting: Acting) -> bytes:
    """The person, if the caller may act on their bindings. Raises NotEntitled."""
    if not acting.covers(COVERED):
        raise NotEntitled("the delegation does not cover health data, so it does not cover patient numbers")
    return acting.person
