"""Deadlines of `retain-until`: what was deleted with its receipt, and the copies that readers must delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import AsPerson
from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.numbers import Time
from mydata_ledger.api.schemas import Hex32, to_hex
from mydata_ledger.ledger.kernel import Deadline, ReaderCopies
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["consents"])
AfterDeadline = Annotated[
    str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last one of the previous page, of 200 at most")
]
CopiesId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="`copies_id` of the caller's copies")]


class ReaderView(BaseModel):
    """A reader who was handed records under the consent. `stated_at` is when it stated that its copies are deleted, 0
    before.
    """

    account: str
    name: str
    records: list[Hex32]
    stated_at: Time


class RetentionView(BaseModel):
    """A deadline by which what rests on a consent is deleted.

    `state` is planned, reminded (the readers), deleted, or replaced by a later version of the consent. `statement` says
    what was deleted and when, with the signature of the gateway over this text (EIP-191): the receipt of the deletion.
    """

    deadline_id: Hex32
    consent: Hex32
    grantee: str
    until: Time
    state: str = Field(examples=["deleted"])
    statement: str
    signature: str
    readers: list[ReaderView]


class CopiesView(BaseModel):
    """Copies that the caller must delete by `until`: of these records at least. `stated_at` is when the caller stated
    that they are deleted, 0 before.
    """

    copies_id: Hex32
    records: list[Hex32]
    until: Time
    stated_at: Time


@router.get("/me/retentions")
def list_retentions(acting: AsPerson, kernel: KernelDep, after: AfterDeadline = "") -> list[RetentionView]:
    """The deadlines of the caller's consents, with the receipts of what was deleted, and what readers stated."""
    copies = kernel.people.copies.of_person(acting.person)
    return [
        _retention_view(deadline, [one for one in copies if one.deadline == deadline.item_id], kernel)
        for deadline in kernel.people.retention.of(person=acting.person, after=_bytes(after))
    ]


@router.get("/retentions")
def list_retentions_of_party(caller: SignedIn, kernel: KernelDep, after: AfterDeadline = "") -> list[RetentionView]:
    """The deadlines of consents that name the caller as grantee, with the receipts of what the operator deleted."""
    deadlines = kernel.people.retention.of(party=caller.name, after=_bytes(after))
    return [_retention_view(deadline, [], kernel) for deadline in deadlines]


@router.get("/copies")
def list_copies(caller: SignedIn, kernel: KernelDep, after: AfterDeadline = "") -> list[CopiesView]:
    """The copies of records that the caller was handed and must delete by a deadline."""
    return [_copies_view(one) for one in kernel.people.copies.of_reader(caller.name, _bytes(after))]


@router.post("/copies/{copies_id}/deletions")
def state_deletion(copies_id: CopiesId, caller: SignedIn, kernel: KernelDep) -> CopiesView:
    """State that the caller deleted its copies; the person sees it."""
    return _copies_view(kernel.people.copies.state_deleted(caller.name, read_hex(copies_id, "copies_id", 32)))


def _bytes(after: str) -> bytes:
    return read_hex(after, "after", 32) if after else b""


def _copies_view(copies: ReaderCopies) -> CopiesView:
    records = [to_hex(record) for record in copies.records]
    return CopiesView(copies_id=to_hex(copies.item_id), records=records, until=copies.until, stated_at=copies.stated_at)


def _retention_view(deadline: Deadline, copies: list[ReaderCopies], kernel: KernelDep) -> RetentionView:
    def name(account: str) -> str:
        party = kernel.queries.party(account)
        return party.name if party else account

    return RetentionView(
        deadline_id=to_hex(deadline.item_id),
        consent=to_hex(deadline.consent),
        grantee=deadline.grantee,
        until=deadline.until,
        state=deadline.state,
        statement=deadline.statement,
        signature=deadline.signature,
        readers=[
            ReaderView(
                account=one.reader,
                name=name(one.reader),
                records=[to_hex(record) for record in one.records],
                stated_at=one.stated_at,
            )
            for one in copies
        ],
    )
