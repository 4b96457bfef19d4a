"""How the heads of a log on chain changed over time: sizes and times, without statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports import HeadChange


@dataclass(frozen=True, slots=True)
class PastHead:
    """A head of a log that was read on chain at `seen_at` (UTC seconds), when `block` was the newest block.

    `added` is by how many leaves it differs from the head before; negative after a reorganisation of the chain.
    `waited` is how many seconds the oldest of the added leaves had waited since it was accepted; None if none was.
    """

    number: int
    head: Head
    block: int
    seen_at: int
    added: int
    waited: int | None


def past_heads(world: World, log: str, changes: Sequence[HeadChange]) -> list[PastHead]:
    """The heads that the changes led to. Those of a log that was lost since are left out."""
    grown = [change.before for change in changes if change.size > change.before]
    oldest = zip(grown, world.log.statements_at(log, grown), strict=True)
    accepted = {position: logged.accepted_at for position, logged in oldest if logged}
    heads = ((change, world.log.head_at(log, change.size)) for change in changes)
    return [_past_head(change, head, accepted.get(change.before)) for change, head in heads if head]


def _past_head(change: HeadChange, head: Head, accepted_at: int | None) -> PastHead:
    added = change.size - change.before
    waited = max(0, change.at_time - accepted_at) if accepted_at is not None and added > 0 else None
    return PastHead(change.number, head, change.block, change.at_time, added, waited)
