"""The logs for everyone: heads and Merkle proofs, without statements."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from mydata_ledger.api.auth import AppContextDep, KernelDep
from mydata_ledger.api.schemas import Hex32, to_hex
from mydata_ledger.ledger.merkle import Head

router = APIRouter(prefix="/log", tags=["log"])
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


class PathView(BaseModel):
    """A Merkle proof (RFC 9162 §2.1)."""

    hashes: list[Hex32]


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
