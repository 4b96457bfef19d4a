"""A person's own history: every access to their data with its proof, and what else the logs say about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContext, AppContextDep, SignedIn
from mydata_ledger.api.routes.logs import LogName
from mydata_ledger.api.schemas import proof_document
from mydata_ledger.ledger.access import Incident
from mydata_ledger.ledger.kernel import Kernel, Proof
from mydata_ledger.ledger.kernel.work_items import LINK_USE
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt

router = APIRouter(tags=["timeline"])
After = Annotated[int, Query(ge=-1, le=2**62, description="the `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]


class StatementView(BaseModel):
    """One statement: when it was accepted here, the block whose checkpoint it is proved under (none before it is on
    chain), and its proof document, which `mydata verify` reads.
    """

    position: int
    accepted_at: int
    block: int | None
    document: dict[str, Any]


class AccessView(StatementView):
    """One question about the person, in words."""

    kind: str = Field(examples=["AccessReceipt"])
    requester: str
    requester_name: str
    permitted: bool | None = Field(description="none for a declared emergency, which is no question yet")
    text: str
    on_paper: list[str] = Field(default=[], description="consents the answer rests on that stand on paper")
    opened: StatementView | None = Field(description="the reader's own signed word that they opened what was released")


class Timeline(BaseModel):
    """One page, oldest first; give `next` as `after` to go on, it is none on the last page."""

    accesses: list[AccessView]
    next: int | None


class Statements(BaseModel):
    """One page of what a log says about the caller."""

    statements: list[StatementView]
    next: int | None


@router.get("/me/timeline")
def timeline(caller: SignedIn, house: AppContextDep, after: After = -1, limit: Limit = 50) -> Timeline:
    """Every access to the caller's data, permitted or refused, with the reader's word where they opened what was
    released, and every emergency declared about them.
    """
    proofs = _about(house, ACCESS, caller.signer, after, limit)
    return Timeline(accesses=[_access(proof, house) for proof in proofs], next=_next(proofs, limit))


@router.get("/me/statements/{log}")
def statements(
    log: LogName, caller: SignedIn, house: AppContextDep, after: After = -1, limit: Limit = 50
) -> Statements:
    """Everything a log says about the caller, whole: with it anybody recomputes what was decided (`mydata audit`)."""
    proofs = _about(house, log, caller.signer, after, limit)
    return Statements(statements=[StatementView(**_told(proof, house)) for proof in proofs], next=_next(proofs, limit))


def _about(house: AppContext, log: str, person: bytes, after: int, limit: int) -> list[Proof]:
    kernel = house.kernel
    return kernel.records.proofs.prove_all(log, kernel.queries.statements_about(log, person, after, limit))


def _next(proofs: Sequence[Proof], limit: int) -> int | None:
    return proofs[-1].logged.position if len(proofs) == limit else None


def _told(proof: Proof, house: AppContext) -> dict[str, Any]:
    return {
        "position": proof.logged.position,
        "accepted_at": proof.logged.accepted_at,
        "block": proof.block if proof.head else None,
        "document": proof_document(proof, dict(house.settings.registries)),
    }


def _access(proof: Proof, house: AppContext) -> AccessView:
    said = proof.logged.signed.statement
    if not isinstance(said, AccessReceipt | Incident):
        raise TypeError("only receipts and incidents lie in the access log")
    requester = said.requester if isinstance(said, AccessReceipt) else said.responder
    return AccessView(
        kind=type(said).__name__,
        requester=requester,
        requester_name=_name(requester, said.data_subject, house.kernel),
        permitted=said.permitted if isinstance(said, AccessReceipt) else None,
        text=_text(said) + _by_link(said, house.kernel),
        on_paper=[
            "0x" + one.hex() for one in house.kernel.consents.paper_marks.for_consents(getattr(said, "consents", ()))
        ],
        opened=_opened(proof, house),
        **_told(proof, house),
    )


def _by_link(said: AccessReceipt | Incident, kernel: Kernel) -> str:
    """Who opened the person's own link, as they named themselves: nobody has checked that."""
    if isinstance(said, Incident) or said.requester != requester_name(said.data_subject):
        return ""
    use = kernel.queries.work_item(LINK_USE, said.request_id)
    return f", by the link `{use.body['label']}`: {use.body['recipient']} (as they say)" if use else ""


def _opened(proof: Proof, house: AppContext) -> StatementView | None:
    position = house.kernel.records.acknowledgements.position_of(proof.logged.signed.entry.entry)
    return (
        None if position is None else StatementView(**_told(house.kernel.records.proofs.prove(ACCESS, position), house))
    )


def _name(account: str, person: bytes, kernel: Kernel) -> str:
    if account == requester_name(person):
        return "you"
    party = kernel.queries.party(account)
    return party.name if party else account


def _text(said: AccessReceipt | Incident) -> str:
    if isinstance(said, Incident):
        return f"declared emergency {said.incident_number}: {said.reason}"
    answer = "was permitted" if said.permitted else "was refused"
    return f"asked to {said.action} {said.category} for {said.purpose} and {answer} ({said.reason})"
