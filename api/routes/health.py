"""Health of the server: reachability of the chain, and the state of the logs."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from mydata_ledger.api.auth import AppContextDep
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.merkle import EMPTY_ROOT, Head
from mydata_ledger.ledger.ports import AnchoredHead
from mydata_ledger.ledger.receipt import LOGS

router = APIRouter(tags=["health"])
UNKNOWN_HEAD = AnchoredHead(Head(0, EMPTY_ROOT), 0, 0)
"""The anchored head of a chain that does not answer, or contradicts this log."""


class ChainView(BaseModel):
    """The chain as last seen; `followed_at` is the time (UTC seconds) up to which it has been followed."""

    id: int
    reachable: bool
    block: int
    followed_at: int


class LogView(BaseModel):
    """The number of statements accepted, and of those on chain."""

    accepted: int
    anchored: int


class HealthView(BaseModel):
    """`ok`, or `degraded`: access requests are answered `unknown` until the chain responds again.

    `instance` is the random id of this ledger, the same in all its processes.
    """

    status: str
    instance: str
    chain: ChainView
    logs: dict[str, LogView]


@router.get("/health")
def get_health(context: AppContextDep) -> HealthView:
    """Whether access requests can be answered now."""
    queries = context.kernel.queries
    try:
        heads = {log: queries.anchored(log) for log in LOGS}
        queries.check_chain()
        reachable = True
    except SourceUnavailable:
        heads, reachable = dict.fromkeys(LOGS, UNKNOWN_HEAD), False
    chain = ChainView(
        id=context.settings.chain_id,
        reachable=reachable,
        block=max(head.block for head in heads.values()),
        followed_at=min(head.followed_at for head in heads.values()),
    )
    logs = {log: LogView(accepted=queries.head(log).size, anchored=heads[log].head.size) for log in LOGS}
    return HealthView(
        status="ok" if reachable else "degraded", instance=context.settings.instance, chain=chain, logs=logs
    )
