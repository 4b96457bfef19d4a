"""Deliveries of messages by webhook or e-mail, retried with growing delays; a delivery that is given up stays
visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel.people.inbox import AT_ONCE, DEAD, DELIVERED, PENDING
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription, read_subscription
from mydata_ledger.ledger.kernel.tries import INTERRUPTED, begin_try, has_tries, next_try
from mydata_ledger.ledger.kernel.work_items import DELIVERY, SUBSCRIPTION
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

LEASE = 60
"""Seconds for which a process that took a delivery keeps other processes from taking it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The data that is sent out: an id by which the receiver may detect repetition, the event, its subject, and its
    time.
    """

    delivery_id: str
    event: str
    subject: str
    occurred_at: int


class Notifier(Protocol):
    """Sends deliveries over one channel."""

    def send(self, delivery: Delivery, subscription: Subscription) -> None:
        """Send it. Raises InvalidStatement for an address that can never work, and SourceUnavailable, or any other
        error, if it should be retried.
        """
        ...


class ParallelMap(Protocol):
    """A function with the interface of `map`."""

    def __call__(self, send: Callable[[WorkItem], bool], due: Sequence[WorkItem], /) -> Iterable[bool]:
        """Process each item, in any order."""
        ...


class Deliveries:
    """The outbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    def deliver(self, notifiers: dict[str, Notifier], parallel_map: ParallelMap = map) -> int:
        """Send everything that is due; returns how many were sent. `parallel_map` may send many in parallel, so that a
        receiver that does not answer delays nobody else.
        """
        due = self._world.work_items.due(DELIVERY, PENDING, self._world.clock.now(), AT_ONCE)
        return sum(parallel_map(lambda item: self._send_item(item, notifiers), due))

    def of(self, recipient: str, after: bytes = b"", limit: int = AT_ONCE) -> list[WorkItem]:
        """The deliveries to a recipient in any state, oldest first."""
        return self._world.work_items.items(DELIVERY, party=recipient, after=after, limit=limit)

    def _send_item(self, due: WorkItem, notifiers: dict[str, Notifier]) -> bool:
        """Try once."""
        if not has_tries(due):
            self._close(due, DEAD, due.body.get("why") or INTERRUPTED)
            return False
        item = begin_try(self._world.work_items, due, due=self._world.clock.now() + LEASE)
        if item is None:
            return False
        try:
            self._notify(item, notifiers)
        except InvalidStatement as error:
            self._close(item, DEAD, str(error))
        except SourceUnavailable as error:
            self._retry_later(item, str(error))
        except Exception as error:  # a fault of a notifier must not keep a delivery pending for ever
            self._retry_later(item, f"the notifier failed ({type(error).__name__})")
        else:
            self._close(item, DELIVERED, "")
            return True
        return False

    def _notify(self, item: WorkItem, notifiers: dict[str, Notifier]) -> None:
        """Send one delivery by the notifier of its channel. Raises InvalidStatement if its subscription was ended."""
        subscription_item = self._world.work_items.item(SUBSCRIPTION, bytes.fromhex(item.body["subscription"]))
        if subscription_item is None:
            raise InvalidStatement("the subscription was ended")
        subscription, body = read_subscription(subscription_item), item.body
        if subscription.channel not in notifiers:
            raise SourceUnavailable(f"no {subscription.channel} notifier is set up")
        delivery = Delivery(item.id.hex(), body["event"], body["subject"], body["at"])
        notifiers[subscription.channel].send(delivery, subscription)

    def _close(self, item: WorkItem, state: str, why: str) -> None:
        """`due` of a delivery that is given up is the time of that, so that the newest can be found."""
        due = self._world.clock.now() if state == DEAD else 0
        self._world.work_items.file(replace(item, state=state, due=due, body={**item.body, "why": why}))

    def _retry_later(self, item: WorkItem, why: str) -> None:
        """Plan the next try; without one the delivery is dead."""
        due = next_try(item, self._world.clock.now())
        if due is None:
            self._close(item, DEAD, why)
        else:
            self._world.work_items.file(replace(item, due=due, body={**item.body, "why": why}))
