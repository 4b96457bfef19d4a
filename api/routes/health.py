"""What is reachable, and how far the chain has been followed."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from mydata_ledger.api.auth import AppContextDep
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.merkle import EMPTY_ROOT, Head
from mydata_ledger.ledger.ports import AnchoredHead
from mydata_ledger.ledger.receipt import LOGS

router = APIRouter(tags=["health"])
NOWHERE = AnchoredHead(Head(0, EMPTY_ROOT), 0, 0)
"""What can be said of a chain that is silent, or contradicts this log."""


class ChainView(BaseModel):
    """The chain as last seen."""

    id: int
    reachable: bool
    block: int
    followed_at: int


class LogView(BaseModel):
    """Statements accepted, and those of them on chain."""

    accepted: int
    anchored: int


class HealthView(BaseModel):
    """`ok`, or `degraded`: questions are answered `unknown` until the chain answers again."""

    status: str
    chain: ChainView
    logs: dict[str, LogView]


@router.get("/health")
def health(house: AppContextDep) -> HealthView:
    """Whether questions can be answered now."""
    queries = house.kernel.queries
    try:
        heads = {log: queries.anchored(log) for log in LOGS}
        queries.check_chain()
        reachable = True
    except SourceUnavailable:
        heads, reachable = dict.fromkeys(LOGS, NOWHERE), False
    chain = ChainView(
        id=house.settings.chain_id,
        reachable=reachable,
        block=max(head.block for head in heads.values()),
        followed_at=min(head.followed_at for head in heads.values()),
    )
    logs = {log: LogView(accepted=queries.head(log).size, anchored=heads[log].head.size) for log in LOGS}
    return HealthView(status="ok" if reachable else "degraded", chain=chain, logs=logs)
