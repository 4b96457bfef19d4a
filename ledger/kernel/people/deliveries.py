"""deliver: messages carried out of the house, tried again with growing patience, and given up in the open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel.people.inbox import AT_ONCE, DEAD, DELIVERED, PENDING
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription, read_subscription
from mydata_ledger.ledger.kernel.work_items import DELIVERY, SUBSCRIPTION
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

PATIENCE = (5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600)
"""Seconds before each further try; after the last the delivery is dead and stays visible."""
LEASE = 60
"""Seconds for which a process that took a delivery up keeps the others off it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What leaves the house: an id the receiver may use to see repetition, the event, what it is about, and when."""

    delivery_id: str
    event: str
    subject: str
    at: int


class Notifier(Protocol):
    """Carries parcels over one channel."""

    def send(self, parcel: Delivery, subscription: Subscription) -> None:
        """Hand it over. Raises SourceUnavailable to be tried again, InvalidStatement for an address that never will."""
        ...


class ParallelMap(Protocol):
    """What `map` does."""

    def __call__(self, carry: Callable[[WorkItem], bool], due: Sequence[WorkItem], /) -> Iterable[bool]:
        """Each of them carried, in any order of doing."""
        ...


class Deliveries:
    """The outbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    def deliver(self, couriers: dict[str, Notifier], spread: ParallelMap = map) -> int:
        """Carry everything that is due; returns how many were handed over. `spread` may carry many at once, so that a
        receiver that does not answer holds nobody else up.
        """
        due = self._world.work_items.due(DELIVERY, PENDING, self._world.clock.now(), AT_ONCE)
        return sum(spread(lambda paper: self._carry(paper, couriers), due))

    def of(self, recipient: str, after: bytes = b"", limit: int = AT_ONCE) -> list[WorkItem]:
        """What was, will be or could not be delivered to somebody, oldest first."""
        return self._world.work_items.items(DELIVERY, party=recipient, after=after, limit=limit)

    def _carry(self, due: WorkItem, couriers: dict[str, Notifier]) -> bool:
        paper = self._world.work_items.file(replace(due, due=self._world.clock.now() + LEASE))
        if paper is None:
            return False
        kept = self._world.work_items.item(SUBSCRIPTION, bytes.fromhex(paper.body["subscription"]))
        if kept is None:
            self._close(paper, DEAD, "the subscription was ended")
            return False
        subscription, body = read_subscription(kept), paper.body
        parcel = Delivery(paper.id.hex(), body["event"], body["subject"], body["at"])
        try:
            if subscription.channel not in couriers:
                raise SourceUnavailable(f"no {subscription.channel} courier is set up here")
            couriers[subscription.channel].send(parcel, subscription)
        except InvalidStatement as error:
            self._close(paper, DEAD, str(error))
            return False
        except SourceUnavailable as error:
            self._later(paper, str(error))
            return False
        self._close(paper, DELIVERED, "")
        return True

    def _close(self, paper: WorkItem, state: str, why: str) -> None:
        self._world.work_items.file(replace(paper, state=state, due=0, body={**paper.body, "why": why}))

    def _later(self, paper: WorkItem, why: str) -> None:
        tries = paper.body["attempts"]
        if tries >= len(PATIENCE):
            self._close(paper, DEAD, why)
            return
        due = self._world.clock.now() + PATIENCE[tries]
        self._world.work_items.file(replace(paper, due=due, body={**paper.body, "attempts": tries + 1, "why": why}))
