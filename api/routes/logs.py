"""The logs for everyone: heads and Merkle proofs, without statements."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from mydata_ledger.api.auth import AppContextDep, KernelDep
from mydata_ledger.api.schemas import Hex32, to_hex
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(prefix="/log", tags=["log"])
AfterMark = Annotated[str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="last key of the previous page")]
MarkLimit = Annotated[int, Query(ge=1, le=10_000)]
Size = Annotated[int, Query(ge=1, le=2**62)]


class LogName(StrEnum):
    """The three logs."""

    CONSENTS = "consents"
    RECORDS = "records"
    ACCESS = "access"


class HeadView(BaseModel):
    """The size of a log in leaves, and its root at that size."""

    size: int
    root: Hex32


class AnchoredView(HeadView):
    """The head that the chain holds, and the block in which it was seen."""

    block: int


class Heads(BaseModel):
    """The head of a log that was accepted here, and the one its contract holds."""

    log: LogName
    chain_id: int
    contract: str
    accepted: HeadView
    anchored: AnchoredView


class MarksView(BaseModel):
    """Marks of revocation: their blocks, by lock, or by digest where a signature made the mark.

    `block` is the block up to which the chain was read, `parties` the address of the party registry, `next` the last
    key if there are more.
    """

    block: int
    parties: str
    marks: dict[Hex32, int]
    next: Hex32 | None


class PathView(BaseModel):
    """A Merkle proof (RFC 9162 §2.1)."""

    hashes: list[Hex32]


@router.get("/consents/marks")
def list_revocation_marks(context: AppContextDep, after: AfterMark = "", limit: MarkLimit = 1_000) -> MarksView:
    """The marks of revocation that this ledger knows from the chain, by key. They are public there; an auditor
    compares.
    """
    page = context.kernel.queries.marks(read_hex(after, "after", 32) if after else b"", limit)
    marks = {to_hex(key): block for key, block in page.marks.items()}
    following = max(marks) if len(marks) == limit else None
    return MarksView(block=page.block, parties=context.settings.registries["parties"], marks=marks, next=following)


@router.get("/{name}/heads")
def get_heads(name: LogName, context: AppContextDep) -> Heads:
    """The newest heads of a log. To hold this server to a head, use the log's signed checkpoint instead."""
    queries = context.kernel.queries
    domain, anchored = queries.domains[name], queries.anchored(name)
    return Heads(
        log=name,
        chain_id=domain.chain_id,
        contract=domain.contract,
        accepted=_head(queries.head(name)),
        anchored=AnchoredView(size=anchored.head.size, root=to_hex(anchored.head.root), block=anchored.block),
    )


@router.get("/{name}/proof/inclusion")
def get_inclusion_proof(
    name: LogName, kernel: KernelDep, position: Annotated[int, Query(ge=0, le=2**62)], size: Size
) -> PathView:
    """The proof that the leaf at `position` is in the log of `size` leaves."""
    return PathView(hashes=[to_hex(hash_) for hash_ in kernel.queries.inclusion(name, position, size)])


@router.get("/{name}/proof/consistency")
def get_consistency_proof(name: LogName, kernel: KernelDep, first: Size, second: Size) -> PathView:
    """The proof that the log of size `first` is a prefix of the log of size `second`."""
    return PathView(hashes=[to_hex(hash_) for hash_ in kernel.queries.consistency(name, first, second)])


def _head(head: Head) -> HeadView:
    return HeadView(size=head.size, root=to_hex(head.root))
