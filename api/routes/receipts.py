"""Who asked about me, what I asked, and the proof of each."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.schemas import (
    AcceptedView,
    DraftView,
    Language,
    SignedForm,
    accepted,
    draft_view,
    proof_document,
)
from mydata_ledger.ledger.access import Acknowledgement, Incident, Reason
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import RELEASING, Kernel
from mydata_ledger.ledger.receipt import ACCESS, RECORDS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.typed_data import message, parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["receipts"])
Position = Annotated[int, Path(ge=0, le=2**62)]
After = Annotated[int, Query(ge=-1, le=2**62, description="only what lies behind this position")]
Limit = Annotated[int, Query(ge=1, le=1_000)]


class ReceiptView(BaseModel):
    """One question and its answer: what was signed about it, and where it lies."""

    position: int
    about_me: bool
    kind: str
    message: dict[str, Any]


class NoticeToMe(BaseModel):
    """Something the person must hear of."""

    kind: str = Field(examples=["break_glass"])
    position: int
    at: int
    text: str
    requester: str
    incident_number: str


@router.get("/receipts")
def receipts(caller: SignedIn, kernel: KernelDep, after: After = -1, limit: Limit = 200) -> list[ReceiptView]:
    """Questions about the caller, and the caller's own questions that were permitted, oldest first; those that name a
    person whom a consent hides are left out.
    """
    about = {r.position: (r, True) for r in kernel.queries.receipts_of(caller.signer, after, limit)}
    asked = [r for r in kernel.queries.receipts_by(caller.name, after, limit) if _permitted(r)]
    mine = {r.position: (r, False) for r in asked if kernel.decisions.releases.names_asker(r)}
    merged = {**mine, **about}
    return [_view(*merged[position]) for position in sorted(merged)[:limit]]


@router.get("/receipts/{position}")
def receipt(position: Position, caller: SignedIn, house: AppContextDep) -> dict[str, Any]:
    """One receipt as a proof document: for the person it is about, and for a requester who was permitted."""
    logged = house.kernel.queries.statement(ACCESS, position)
    if logged is None or not (_about(logged, caller.signer) or _is_theirs(logged, caller.name, house.kernel)):
        raise NotFound
    return proof_document(house.kernel.records.proofs.prove(ACCESS, position), dict(house.settings.registries))


@router.get("/receipts/{position}/record")
def record(position: Position, caller: SignedIn, house: AppContextDep) -> dict[str, Any]:
    """The issue of the record a receipt is about, as a proof document: for the person, and for whom it was released to.

    With the content that was opened it shows a stranger that the content is what its holder signed.
    """
    queries = house.kernel.queries
    logged = queries.statement(ACCESS, position)
    said = logged.signed.statement if logged else None
    if logged is None or not isinstance(said, AccessReceipt):
        raise NotFound
    released = _is_theirs(logged, caller.name, house.kernel) and said.action in RELEASING
    about = queries.record(said.record_id)
    if about is None or not (released or about.issue.data_subject == caller.signer):
        raise NotFound
    return proof_document(house.kernel.records.proofs.prove(RECORDS, about.position), dict(house.settings.registries))


@router.get("/receipts/{position}/acknowledgement")
def draft_acknowledgement(
    position: Position, caller: SignedIn, kernel: KernelDep, language: Language = ENGLISH
) -> DraftView:
    """What the requester signs who opened what this receipt released: that they did, and when."""
    return draft_view(kernel.records.acknowledgements.draft(caller.name, position, language))


@router.post("/receipts/acknowledgements", status_code=202)
def acknowledge(form: SignedForm, kernel: KernelDep, _: SignedIn) -> AcceptedView:
    """Hand in a signed acknowledgement; it is logged, and the person it is about sees it beside the receipt."""
    made = parse(Acknowledgement, form.message)
    return accepted(
        kernel.records.acknowledgements.accept(made, read_hex(form.signature, "signature"), read_domain(form.domain)),
        "logged",
    )


@router.get("/inbox")
def inbox(caller: SignedIn, kernel: KernelDep, after: After = -1, limit: Limit = 200) -> list[NoticeToMe]:
    """What the caller must hear of, read off the access log: emergencies declared and records opened in them."""
    found = kernel.queries.receipts_of(caller.signer, after, limit)
    return [notice for logged in found if (notice := _notice(logged, kernel))]


def _notice(logged: LoggedStatement, kernel: Kernel) -> NoticeToMe | None:
    said = logged.signed.statement
    if isinstance(said, Incident):
        text = f"{_name(said.responder, kernel)} declared an emergency about you: {said.reason}"
        return _to_me("incident", logged, text, said.responder, said.incident_number)
    if isinstance(said, AccessReceipt) and said.reason == Reason.BROKE_GLASS:
        incident = kernel.queries.incident(said.justification)
        text = f"{_name(said.requester, kernel)} opened a record of yours ({said.category}) in an emergency"
        return _to_me("break_glass", logged, text, said.requester, incident.incident_number if incident else "")
    return None


def _to_me(kind: str, logged: LoggedStatement, text: str, requester: str, number: str) -> NoticeToMe:
    return NoticeToMe(
        kind=kind,
        position=logged.position,
        at=logged.accepted_at,
        text=text,
        requester=requester,
        incident_number=number,
    )


def _name(account: str, kernel: Kernel) -> str:
    party = kernel.queries.party(account)
    return party.name if party else account


def _view(logged: LoggedStatement, about_me: bool) -> ReceiptView:
    said = logged.signed.statement
    return ReceiptView(position=logged.position, about_me=about_me, kind=type(said).__name__, message=message(said))


def _permitted(logged: LoggedStatement) -> bool:
    said = logged.signed.statement
    return isinstance(said, AccessReceipt) and said.permitted


def _is_theirs(logged: LoggedStatement, name: str, kernel: Kernel) -> bool:
    """Whether it is a permitted question of theirs that names nobody whom they may not know."""
    return _by(logged, name) and _permitted(logged) and kernel.decisions.releases.names_asker(logged)


def _about(logged: LoggedStatement, signer: bytes) -> bool:
    said = logged.signed.statement
    return isinstance(said, AccessReceipt | Incident) and said.data_subject == signer


def _by(logged: LoggedStatement, name: str) -> bool:
    said = logged.signed.statement
    return isinstance(said, AccessReceipt) and said.requester == name
