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
Before = Annotated[int, Query(ge=0, le=2**62, description="`number` of the last head of the previous page")]
Step = Annotated[int, Query(ge=0, le=366 * 86_400, description="seconds between two heads, at least")]
HistoryLimit = Annotated[int, Query(ge=1, le=100)]
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


class PastHeadView(HeadView):
    """A head that was read on chain at `seen_at` (UTC seconds), when `block` was the newest block.

    `added` is by how many leaves it differs from the head before: negative after a reorganisation of the chain.
    `waited` is how many seconds the oldest added leaf had waited since it was accepted.
    """

    number: int
    block: int
    seen_at: int
    added: int
    waited: int | None


class HistoryView(BaseModel):
    """Heads of a log that were on chain, newest first; `next` is the `before` of the next page, if there are more."""

    log: LogName
    heads: list[PastHeadView]
    next: int | None


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


@router.get("/{name}/history")
def get_head_history(
    name: LogName, kernel: KernelDep, before: Before = 2**62, step: Step = 0, limit: HistoryLimit = 50
) -> HistoryView:
    """The heads of a log on chain over time: sizes, roots and times. With `step`, they are that many seconds apart at
    least, so that few of them cover a long time.
    """
    found = kernel.queries.head_history(name, before, step, limit)
    heads = [
        PastHeadView(
            size=one.head.size,
            root=to_hex(one.head.root),
            number=one.number,
            block=one.block,
            seen_at=one.seen_at,
            added=one.added,
            waited=one.waited,
        )
        for one in found
    ]
    return HistoryView(log=name, heads=heads, next=found[-1].number if len(found) == limit else None)


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
