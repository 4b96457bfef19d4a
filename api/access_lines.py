"""Lines of a person's timeline: each access with a text, its proof, and the reader's acknowledgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContext
from mydata_ledger.api.proof_documents import proof_document
from mydata_ledger.ledger.delegation import name_of_delegate
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.kernel import Kernel, Proof
from mydata_ledger.ledger.kernel.work_items import LINK_USE
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.self_declared import is_self_declared

AccessStatement = AccessReceipt | Incident | IncidentExtension


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
    own: bool = Field(
        default=False, description="the person's own question, or somebody who acts for them looking at what they see"
    )
    opened: StatementView | None = Field(
        description="the reader's signed acknowledgement that they opened what was released"
    )


def access_lines(lines: Sequence[LoggedStatement], person: bytes, context: AppContext) -> list[AccessView]:
    """The views of lines of a person's timeline, all proven under one head."""
    own = context.kernel.people.views.timeline.own_reading(person, lines)
    proofs = context.kernel.records.proofs.prove_all(ACCESS, lines)
    return [_access(proof, context, own=proof.logged.position in own) for proof in proofs]


def statement_fields(proof: Proof, context: AppContext) -> dict[str, Any]:
    """The members of a `StatementView`."""
    return {
        "position": proof.logged.position,
        "accepted_at": proof.logged.accepted_at,
        "block": proof.block if proof.head else None,
        "document": proof_document(proof, dict(context.settings.registries)),
    }


def _access(proof: Proof, context: AppContext, *, own: bool) -> AccessView:
    statement = proof.logged.signed.statement
    if not isinstance(statement, AccessStatement):
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
        own=own,
        opened=_acknowledgement_view(proof, context),
        **statement_fields(proof, context),
    )


def _declared_by(statement: AccessStatement, kernel: Kernel) -> str:
    record = kernel.queries.record(statement.record_id) if isinstance(statement, AccessReceipt) else None
    return "" if record is None else "self" if is_self_declared(record.issue) else "holder"


def _link_recipient(statement: AccessStatement, kernel: Kernel) -> str:
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
        else StatementView(**statement_fields(context.kernel.records.proofs.prove(ACCESS, position), context))
    )


def _name(account: str, person: bytes, kernel: Kernel) -> str:
    if account == requester_name(person):
        return "you"
    if party := kernel.queries.party(account):
        return party.name
    return name_of_delegate(account, kernel.queries.delegations_of(person))


def _is_derived(statement: AccessStatement, kernel: Kernel) -> bool:
    return isinstance(statement, AccessReceipt) and statement.category in kernel.queries.vocabulary.derived


def _text(statement: AccessStatement, kernel: Kernel) -> str:
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
