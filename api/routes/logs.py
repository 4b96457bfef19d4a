"""The logs for anyone: heads, and proofs between them. No statement is shown here."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from mydata_ledger.api.auth import AppContextDep, KernelDep
from mydata_ledger.api.schemas import Hex32, shown
from mydata_ledger.ledger.merkle import Head

router = APIRouter(prefix="/log", tags=["log"])
Size = Annotated[int, Query(ge=1, le=2**62)]


class LogName(StrEnum):
    """The three logs."""

    CONSENTS = "consents"
    RECORDS = "records"
    ACCESS = "access"


class HeadView(BaseModel):
    """A log's size in leaves and its root at that size."""

    size: int
    root: Hex32


class AnchoredView(HeadView):
    """The head the chain holds, and the block in which it was seen."""

    block: int


class Heads(BaseModel):
    """Where a log stands: accepted here, and held by its contract."""

    log: LogName
    chain_id: int
    contract: str
    accepted: HeadView
    anchored: AnchoredView


class PathView(BaseModel):
    """A Merkle proof, RFC 9162 §2.1."""

    hashes: list[Hex32]


@router.get("/{name}/heads")
def heads(name: LogName, house: AppContextDep) -> Heads:
    """The newest heads of a log. What others should hold us to is its signed checkpoint, beside this."""
    queries = house.kernel.queries
    domain, anchored = queries.domains[name], queries.anchored(name)
    return Heads(
        log=name,
        chain_id=domain.chain_id,
        contract=domain.contract,
        accepted=_head(queries.head(name)),
        anchored=AnchoredView(size=anchored.head.size, root=shown(anchored.head.root), block=anchored.block),
    )


@router.get("/{name}/proof/inclusion")
def inclusion(
    name: LogName, kernel: KernelDep, position: Annotated[int, Query(ge=0, le=2**62)], size: Size
) -> PathView:
    """The proof that the leaf at `position` lies in the log of `size`."""
    return PathView(hashes=[shown(hash_) for hash_ in kernel.queries.inclusion(name, position, size)])


@router.get("/{name}/proof/consistency")
def consistency(name: LogName, kernel: KernelDep, first: Size, second: Size) -> PathView:
    """The proof that the log of `first` is a prefix of the log of `second`."""
    return PathView(hashes=[shown(hash_) for hash_ in kernel.queries.consistency(name, first, second)])


def _head(head: Head) -> HeadView:
    return HeadView(size=head.size, root=shown(head.root))
