"""Deliveries that fail, for the operator: how many, why and when, and to which host of an organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from mydata_ledger.ledger.errors import NotEntitled
from mydata_ledger.ledger.kernel.people.inbox import DEAD, PENDING
from mydata_ledger.ledger.kernel.people.subscriptions import read_subscription
from mydata_ledger.ledger.kernel.work_items import DELIVERY, SUBSCRIPTION
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

OPERATOR = "operator"
WITHIN, AHEAD = 30 * 86_400, 2 * 86_400
"""Seconds before now of which deliveries that were given up are shown, and after now until which one is tried again."""
MOST_EXAMINED, MOST_GROUPS = 2_000, 200
Group = tuple[str, str, str, str]
"""State, channel, host and reason."""


@dataclass(frozen=True, slots=True)
class DeliveryFailures:
    """Deliveries that failed for one reason; their state is `dead`, or `pending` while they are tried again.

    `host` is that of an organisation's webhook; it is empty for people, for e-mail, and where the subscription ended.
    `first` and `last` (UTC seconds) are when they were given up, or are tried again.
    """

    state: str
    channel: str
    host: str
    why: str
    count: int
    first: int
    last: int


class FailedDeliveries:
    """No recipient, address or content is named, since most recipients are people."""

    def __init__(self, world: World) -> None:
        self._world = world

    def listed(self, operator: str) -> tuple[list[DeliveryFailures], bool]:
        """The failures of the last 30 days, the most frequent first, and whether these are all.

        Raises NotEntitled unless the caller is an accredited operator.
        """
        now = self._world.clock.now()
        party = self._world.directory.party(operator)
        if party is None or not party.plays(OPERATOR, now):
            raise NotEntitled("only an accredited operator sees which deliveries fail")
        dead = self._world.work_items.due(DELIVERY, DEAD, now, MOST_EXAMINED, since=now - WITHIN)
        pending = self._world.work_items.due(DELIVERY, PENDING, now + AHEAD, MOST_EXAMINED)
        groups = self._grouped([*dead, *(item for item in pending if item.body.get("why"))])
        found = sorted(map(_failures, groups.items()), key=lambda one: (-one.count, one.state, one.why, one.host))
        is_complete = max(len(dead), len(pending)) < MOST_EXAMINED and len(found) <= MOST_GROUPS
        return found[:MOST_GROUPS], is_complete

    def _grouped(self, items: Iterable[WorkItem]) -> dict[Group, list[int]]:
        """The `due` of the deliveries of each group."""
        groups: dict[Group, list[int]] = {}
        targets: dict[str, tuple[str, str]] = {}
        for item in items:
            name = item.body["subscription"]
            if name not in targets:
                targets[name] = self._target(bytes.fromhex(name))
            groups.setdefault((item.state, *targets[name], item.body["why"]), []).append(item.due)
        return groups

    def _target(self, subscription_id: bytes) -> tuple[str, str]:
        """Channel of a subscription, and its host if it is an organisation's webhook."""
        item = self._world.work_items.item(SUBSCRIPTION, subscription_id)
        if item is None:
            return "", ""
        subscription = read_subscription(item)
        is_shown = subscription.channel == "webhook" and self._world.directory.party(subscription.recipient) is not None
        return subscription.channel, _host(subscription.address) if is_shown else ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _failures(group: tuple[Group, list[int]]) -> DeliveryFailures:
    (state, channel, host, why), times = group
    return DeliveryFailures(state, channel, host, why, len(times), min(times), max(times))
