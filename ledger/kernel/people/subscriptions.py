"""Subscriptions to messages by webhook or e-mail."""

from __future__ import annotations

import secrets
from base64 import b64encode
from dataclasses import dataclass

from mydata_ledger.ledger.errors import InvalidStatement, NotFound, TooManyRequests
from mydata_ledger.ledger.kernel.work_items import SUBSCRIPTION
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event
from mydata_ledger.ledger.work_item import WorkItem, new_id

CHANNELS = ("webhook", "email")
MOST_SUBSCRIPTIONS, LONGEST_ADDRESS = 10, 500
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a recipient also wants messages: `address` is an https URL or an e-mail address; `events` is empty for all
    events.
    """

    subscription_id: bytes
    recipient: str
    channel: str
    address: str
    events: frozenset[str]
    secret: str


class Subscriptions:
    """At most ten for each recipient."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, recipient: str, channel: str, address: str, events: frozenset[str]) -> Subscription:
        """Add a subscription. Only this answer shows a webhook's signing secret.

        Raises:
            InvalidStatement: channel, address or event is invalid.
            TooManyRequests: there are ten already.
        """
        if channel not in CHANNELS or not 0 < len(address) <= LONGEST_ADDRESS or not address.isprintable():
            raise InvalidStatement(f"a subscription needs a channel ({' or '.join(CHANNELS)}) and an address")
        if unknown := events - set(Event):
            raise InvalidStatement(f"unknown event `{min(unknown)[:60]}`; use one of {', '.join(Event)}")
        if len(self.of(recipient)) >= MOST_SUBSCRIPTIONS:
            raise TooManyRequests(f"there are {MOST_SUBSCRIPTIONS} subscriptions already; end one first")
        now = self._world.clock.now()
        secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode() if channel == "webhook" else ""
        subscription = Subscription(new_id(now), recipient, channel, address, events, secret)
        body = {"channel": channel, "address": address, "events": sorted(events), "secret": secret}
        self._world.work_items.file(WorkItem(SUBSCRIPTION, subscription.subscription_id, party=recipient, body=body))
        return subscription

    def of(self, recipient: str) -> list[Subscription]:
        """All subscriptions of a recipient."""
        return [
            read_subscription(p) for p in self._world.work_items.items(SUBSCRIPTION, party=recipient, limit=AT_ONCE)
        ]

    def end(self, recipient: str, subscription_id: bytes) -> None:
        """End a subscription. Raises NotFound unless it is the recipient's."""
        item = self._world.work_items.item(SUBSCRIPTION, subscription_id)
        if item is None or item.party != recipient:
            raise NotFound
        self._world.work_items.discard(SUBSCRIPTION, subscription_id)


def read_subscription(item: WorkItem) -> Subscription:
    """The subscription in a work item."""
    channel, address, events, secret = (item.body[name] for name in ("channel", "address", "events", "secret"))
    return Subscription(item.id, item.party, channel, address, frozenset(events), secret)
