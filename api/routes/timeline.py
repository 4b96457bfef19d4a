"""A person's own history: every access to their data with its proof, and every other statement about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import ActingFor
from mydata_ledger.api.auth import AppContext, AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.proof_documents import proof_document
from mydata_ledger.api.routes.logs import LogName
from mydata_ledger.api.schemas import to_hex
from mydata_ledger.ledger.delegation import name_of_delegate
from mydata_ledger.ledger.derived import DerivedRecord
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.kernel import Kernel, Proof
from mydata_ledger.ledger.kernel.work_items import LINK_USE
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, Statement, category_of_access
from mydata_ledger.ledger.self_declared import is_self_declared
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["timeline"])
After = Annotated[int, Query(ge=-1, le=2**62, description="`next` of the previous page")]
Limit = Annotated[int, Query(ge=1, le=200)]


class StatementView(BaseModel):
    """One statement.

    `accepted_at` is when this server accepted it; `block` is the block of the checkpoint that proves it (null until it
    is on chain); `document` is its proof document for `mydata verify`.
    """

    position: int
    accepted_at: int
    block: int | None
    document: dict[str, Any]


class AccessView(StatementView):
    """One access to the person's data, with a text."""

    kind: str = Field(examples=["AccessReceipt"])
    requester: str
    requester_name: str
    permitted: bool | None = Field(description="null for a declared or extended emergency, which is no access yet")
    text: str
    derived: bool = Field(default=False, description="the question was about what is derived from the person's records")
    declared_by: str = Field(
        default="", description="`self` for a document of the person's own; empty without a record"
    )
    on_paper: list[str] = Field(default=[], description="consents on paper that the decision is based on")
    opened: StatementView | None = Field(
        description="the reader's signed acknowledgement that they opened what was released"
    )


class Timeline(BaseModel):
    """One page, oldest first. Pass `next` as `after` to get the next page; it is null on the last one."""

    accesses: list[AccessView]
    next: int | None


class Statements(BaseModel):
    """One page of the statements of a log about the caller."""

    statements: list[StatementView]
    next: int | None


class DerivedView(BaseModel):
    """A derived record and its sources, each as `[record id, category, commitment]`."""

    record_id: str
    kind: str = Field(examples=["clinical-profile"])
    data_subject: str
    salt: str
    built_at: int
    sources: list[tuple[str, str, str]]

    @classmethod
    def of(cls, record: DerivedRecord) -> DerivedView:
        """The view of a derived record."""
        sources = [(to_hex(s.record_id), s.category, to_hex(s.commitment)) for s in record.sources]
        named = {"record_id": to_hex(record.id), "data_subject": to_hex(record.data_subject)}
        return cls(**named, kind=record.kind, salt=to_hex(record.salt), built_at=record.built_at, sources=sources)


class DerivedPage(BaseModel):
    """One page. Pass `next` as `after` to get the next page; it is empty on the last one."""

    records: list[DerivedView]
    next: str


@router.get("/me/timeline")
def get_timeline(acting: ActingFor, context: AppContextDep, after: After = -1, limit: Limit = 50) -> Timeline:
    """Every access to the caller's data, permitted or denied, with the reader's acknowledgement if there is one, and
    every emergency declared about the caller, or extended. With `for`, those of a person for whom the caller acts, as
    far as the delegation covers them.
    """
    queries = context.kernel.queries
    logged = acting.covered(
        lambda start, most: queries.statements_about(ACCESS, acting.person, start, most),
        after,
        limit,
        lambda each: each.position,
        lambda each: access_categories(each.signed.statement),
    )
    proofs = context.kernel.records.proofs.prove_all(ACCESS, logged)
    return Timeline(accesses=[_access(proof, context) for proof in proofs], next=_next(proofs, limit))


@router.get("/me/statements/{log}")
def list_statements(
    log: LogName, caller: SignedIn, context: AppContextDep, after: After = -1, limit: Limit = 50
) -> Statements:
    """Every complete statement of a log about the caller: enough to recompute each decision (`mydata audit`)."""
    proofs = _proofs_about(context, log, caller.signer, after, limit)
    return Statements(
        statements=[StatementView(**_statement_fields(proof, context)) for proof in proofs], next=_next(proofs, limit)
    )


@router.get("/me/derived-records")
def list_derived_records(
    caller: SignedIn,
    kernel: KernelDep,
    after: Annotated[str, Query(pattern="^0x([0-9a-fA-F]{64})?$")] = "0x",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> DerivedPage:
    """Every derived record that the caller ever had, with its sources: enough to recompute the answers about it. An id
    is SHA-256 over its kind, its salt and its sources (ADR 62). The content is not here.
    """
    records, place = kernel.derived.held.versions(caller.signer, read_hex(after, "after"), limit)
    return DerivedPage(records=[DerivedView.of(record) for record in records], next=to_hex(place) if place else "")


def _proofs_about(context: AppContext, log: str, person: bytes, after: int, limit: int) -> list[Proof]:
    kernel = context.kernel
    return kernel.records.proofs.prove_all(log, kernel.queries.statements_about(log, person, after, limit))


def _next(proofs: Sequence[Proof], limit: int) -> int | None:
    return proofs[-1].logged.position if len(proofs) == limit else None


def _statement_fields(proof: Proof, context: AppContext) -> dict[str, Any]:
    return {
        "position": proof.logged.position,
        "accepted_at": proof.logged.accepted_at,
        "block": proof.block if proof.head else None,
        "document": proof_document(proof, dict(context.settings.registries)),
    }


def access_categories(statement: Statement) -> tuple[str, ...]:
    """What an entry of the access log is about; an emergency is about health."""
    return (category_of_access(statement),)


def _access(proof: Proof, context: AppContext) -> AccessView:
    statement = proof.logged.signed.statement
    if not isinstance(statement, AccessReceipt | Incident | IncidentExtension):
        raise TypeError("the access log contains only receipts, incidents and their extensions")
    requester = statement.requester if isinstance(statement, AccessReceipt) else statement.responder
    return AccessView(
        kind=type(statement).__name__,
        requester=requester,
        requester_name=_name(requester, statement.data_subject, context.kernel),
        permitted=statement.permitted if isinstance(statement, AccessReceipt) else None,
        text=_text(statement, context.kernel) + _link_recipient(statement, context.kernel),
        derived=_is_derived(statement, context.kernel),
        declared_by=_declared_by(statement, context.kernel),
        on_paper=[
            "0x" + entry.hex()
            for entry in context.kernel.consents.paper_marks.for_consents(getattr(statement, "consents", ()))
        ],
        opened=_acknowledgement_view(proof, context),
        **_statement_fields(proof, context),
    )


def _declared_by(statement: AccessReceipt | Incident | IncidentExtension, kernel: Kernel) -> str:
    record = kernel.queries.record(statement.record_id) if isinstance(statement, AccessReceipt) else None
    return "" if record is None else "self" if is_self_declared(record.issue) else "holder"


def _link_recipient(statement: AccessReceipt | Incident | IncidentExtension, kernel: Kernel) -> str:
    """Who opened the person's own link, by the name they gave; nobody has verified it."""
    if not isinstance(statement, AccessReceipt) or statement.requester != requester_name(statement.data_subject):
        return ""
    use = kernel.queries.work_item(LINK_USE, statement.request_id)
    return f", by the link `{use.body['label']}`: {use.body['recipient']} (as they say)" if use else ""


def _acknowledgement_view(proof: Proof, context: AppContext) -> StatementView | None:
    position = context.kernel.records.acknowledgements.position_of(proof.logged.signed.entry.entry)
    return (
        None
        if position is None
        else StatementView(**_statement_fields(context.kernel.records.proofs.prove(ACCESS, position), context))
    )


def _name(account: str, person: bytes, kernel: Kernel) -> str:
    if account == requester_name(person):
        return "you"
    if party := kernel.queries.party(account):
        return party.name
    return name_of_delegate(account, kernel.queries.delegations_of(person))


def _is_derived(statement: AccessReceipt | Incident | IncidentExtension, kernel: Kernel) -> bool:
    return isinstance(statement, AccessReceipt) and statement.category in kernel.queries.vocabulary.derived


def _text(statement: AccessReceipt | Incident | IncidentExtension, kernel: Kernel) -> str:
    if isinstance(statement, Incident):
        return f"declared emergency {statement.incident_number}: {statement.reason}"
    if isinstance(statement, IncidentExtension):
        return f"extended the emergency to all health records: {statement.reason}"
    if _is_derived(statement, kernel):
        return _derived_text(statement, kernel.queries.vocabulary.categories[statement.category].label.lower())
    answer = "was permitted" if statement.permitted else "was refused"
    return f"asked to {statement.action} {statement.category} for {statement.purpose} and {answer} ({statement.reason})"


def _derived_text(receipt: AccessReceipt, what: str) -> str:
    """A question about a derived record; nothing of it was released but to the person themselves."""
    done = "read" if receipt.action == "view" else "computed on"
    if receipt.permitted:
        return f"{done} your {what} for {receipt.purpose} ({receipt.reason})"
    return f"asked to {receipt.action} your {what} for {receipt.purpose} and was refused ({receipt.reason})"
