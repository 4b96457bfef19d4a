"""Access receipts: accesses to the caller's data, the caller's own accesses, and the proof of each."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import AsPerson
from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.own_receipts import is_permitted, shown_receipts
from mydata_ledger.api.proof_documents import proof_document
from mydata_ledger.api.schemas import AcceptedView, DraftView, Language, SignedForm, accepted, draft_view
from mydata_ledger.ledger.access import Acknowledgement, Reason
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import RELEASING, Kernel
from mydata_ledger.ledger.receipt import ACCESS, RECORDS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.typed_data import message, parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["receipts"])
Position = Annotated[int, Path(ge=0, le=2**62)]
After = Annotated[int, Query(ge=-1, le=2**62, description="only receipts after this position")]
Before = Annotated[int, Query(ge=0, le=2**62, description="only receipts before this position")]
Limit = Annotated[int, Query(ge=1, le=1_000)]


class ReceiptView(BaseModel):
    """One receipt: its position in the access log, and the signed message."""

    position: int
    about_me: bool
    kind: str
    message: dict[str, Any]


class QuestionsPage(BaseModel):
    """Receipts of a party's own questions, newest first. Pass `next` as `before` to get earlier ones; it is null after
    the last.
    """

    receipts: list[ReceiptView]
    next: int | None


class InboxNotice(BaseModel):
    """An emergency that the person must be notified of."""

    kind: str = Field(examples=["break_glass"])
    position: int
    at: int
    text: str
    requester: str
    incident_number: str


@router.get("/receipts")
def list_receipts(caller: SignedIn, kernel: KernelDep, after: After = -1, limit: Limit = 200) -> list[ReceiptView]:
    """Receipts about the caller, and of the caller's own permitted requests, oldest first. Receipts that name a person
    whom a consent hides are left out.
    """
    about = {logged.position: (logged, True) for logged in kernel.queries.receipts_of(caller.signer, after, limit)}
    own = shown_receipts(kernel, caller.name, kernel.queries.receipts_by, after, limit)
    by_caller = {logged.position: (logged, False) for logged in own}
    merged = {**by_caller, **about}
    return [_view(*merged[position]) for position in sorted(merged)[:limit]]


@router.get("/me/questions")
def list_own_questions(
    caller: SignedIn, kernel: KernelDep, before: Before = 2**62, limit: Limit = 100
) -> QuestionsPage:
    """Receipts of the caller's own permitted questions, newest first. Those that name a person whom a consent hides are
    left out.
    """
    found = shown_receipts(kernel, caller.name, kernel.queries.newest_receipts_by, before, limit + 1)
    shown = [_view(one, False) for one in found[:limit]]
    return QuestionsPage(receipts=shown, next=found[limit - 1].position if len(found) > limit else None)


@router.get("/receipts/{position}")
def get_receipt(position: Position, acting: AsPerson, context: AppContextDep) -> dict[str, Any]:
    """A proof document of one receipt, for its data subject, and for a requester who was permitted."""
    logged = context.kernel.queries.statement(ACCESS, position)
    if logged is None or not (
        _is_about(logged, acting.person)
        or (acting.office is None and _is_own_permitted(logged, acting.name, context.kernel))
    ):
        raise NotFound
    return proof_document(context.kernel.records.proofs.prove(ACCESS, position), dict(context.settings.registries))


@router.get("/receipts/{position}/record")
def get_record_of_receipt(position: Position, acting: AsPerson, context: AppContextDep) -> dict[str, Any]:
    """A proof document of the issue of a receipt's record, for its data subject and for the requester it was released
    to.

    Together with the opened content it proves to a third party that the content is what the holder signed.
    """
    queries = context.kernel.queries
    logged = queries.statement(ACCESS, position)
    receipt = logged.signed.statement if logged else None
    if logged is None or not isinstance(receipt, AccessReceipt):
        raise NotFound
    is_asker = acting.office is None and _is_own_permitted(logged, acting.name, context.kernel)
    released = is_asker and receipt.action in RELEASING
    record = queries.record(receipt.record_id)
    if record is None or not (released or record.issue.data_subject == acting.person):
        raise NotFound
    return proof_document(
        context.kernel.records.proofs.prove(RECORDS, record.position), dict(context.settings.registries)
    )


@router.get("/receipts/{position}/acknowledgement")
def draft_acknowledgement(
    position: Position, caller: SignedIn, kernel: KernelDep, language: Language = ENGLISH
) -> DraftView:
    """Draft the requester's statement that they opened what this receipt released, and when."""
    return draft_view(kernel.records.acknowledgements.draft(caller.name, position, language))


@router.post("/receipts/acknowledgements", status_code=202)
def submit_acknowledgement(form: SignedForm, kernel: KernelDep, _: SignedIn) -> AcceptedView:
    """Submit a signed acknowledgement; it is logged, and the data subject sees it with the receipt."""
    acknowledgement = parse(Acknowledgement, form.message)
    return accepted(
        kernel.records.acknowledgements.accept(
            acknowledgement, read_hex(form.signature, "signature"), read_domain(form.domain)
        ),
        "logged",
    )


@router.get("/inbox")
def list_emergency_notices(
    acting: AsPerson, kernel: KernelDep, after: After = -1, limit: Limit = 200
) -> list[InboxNotice]:
    """Emergencies declared about the caller or extended, and records opened in them, from the access log."""
    receipts = kernel.queries.receipts_of(acting.person, after, limit)
    return [notice for logged in receipts if (notice := _notice_of(logged, kernel))]


def _notice_of(logged: LoggedStatement, kernel: Kernel) -> InboxNotice | None:
    statement = logged.signed.statement
    if isinstance(statement, Incident):
        text = f"{_name(statement.responder, kernel)} declared an emergency about you: {statement.reason}"
        return _inbox_notice("incident", logged, text, statement.responder, statement.incident_number)
    if isinstance(statement, IncidentExtension):
        text = f"{_name(statement.responder, kernel)} extended the emergency to all health records: {statement.reason}"
        return _inbox_notice("extension", logged, text, statement.responder, _number(logged.signed.entry.entry, kernel))
    if isinstance(statement, AccessReceipt) and statement.reason == Reason.BROKE_GLASS:
        text = f"{_name(statement.requester, kernel)} opened a record of yours ({statement.category}) in an emergency"
        return _inbox_notice("break_glass", logged, text, statement.requester, _number(statement.justification, kernel))
    return None


def _inbox_notice(kind: str, logged: LoggedStatement, text: str, requester: str, number: str) -> InboxNotice:
    return InboxNotice(
        kind=kind,
        position=logged.position,
        at=logged.accepted_at,
        text=text,
        requester=requester,
        incident_number=number,
    )


def _number(entry: bytes, kernel: Kernel) -> str:
    incident = kernel.queries.incident(entry)
    return incident.incident_number if incident else ""


def _name(account: str, kernel: Kernel) -> str:
    party = kernel.queries.party(account)
    return party.name if party else account


def _view(logged: LoggedStatement, about_me: bool) -> ReceiptView:
    statement = logged.signed.statement
    return ReceiptView(
        position=logged.position, about_me=about_me, kind=type(statement).__name__, message=message(statement)
    )


def _is_own_permitted(logged: LoggedStatement, name: str, kernel: Kernel) -> bool:
    """True for a permitted request of this requester that names no person hidden from them."""
    return _is_by(logged, name) and is_permitted(logged) and kernel.decisions.releases.names_asker(logged)


def _is_about(logged: LoggedStatement, signer: bytes) -> bool:
    statement = logged.signed.statement
    return isinstance(statement, AccessReceipt | Incident | IncidentExtension) and statement.data_subject == signer


def _is_by(logged: LoggedStatement, name: str) -> bool:
    statement = logged.signed.statement
    return isinstance(statement, AccessReceipt) and statement.requester == name
