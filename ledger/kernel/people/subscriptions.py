"""Where else somebody wants to be told: webhooks and e-mail addresses."""

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
    """Where somebody wants to be told: `address` an https URL or an e-mail address; `events` empty for all."""

    subscription_id: bytes
    recipient: str
    channel: str
    address: str
    events: frozenset[str]
    secret: str


class Subscriptions:
    """At most ten of each recipient."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, recipient: str, channel: str, address: str, events: frozenset[str]) -> Subscription:
        """Tell `recipient` there too. The answer is the only one that shows a webhook's signing secret.

        Raises InvalidStatement, TooManyRequests beyond ten.
        """
        if channel not in CHANNELS or not 0 < len(address) <= LONGEST_ADDRESS or not address.isprintable():
            raise InvalidStatement(f"a subscription needs a channel ({' or '.join(CHANNELS)}) and an address")
        if unknown := events - set(Event):
            raise InvalidStatement(f"unknown event `{min(unknown)[:60]}`; use one of {', '.join(Event)}")
        if len(self.of(recipient)) >= MOST_SUBSCRIPTIONS:
            raise TooManyRequests(f"there are {MOST_SUBSCRIPTIONS} subscriptions already; end one first")
        now = self._world.clock.now()
        secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode() if channel == "webhook" else ""
        made = Subscription(new_id(now), recipient, channel, address, events, secret)
        body = {"channel": channel, "address": address, "events": sorted(events), "secret": secret}
        self._world.work_items.file(WorkItem(SUBSCRIPTION, made.subscription_id, party=recipient, body=body))
        return made

    def of(self, recipient: str) -> list[Subscription]:
        """Everywhere somebody is told."""
        return [
            read_subscription(p) for p in self._world.work_items.items(SUBSCRIPTION, party=recipient, limit=AT_ONCE)
        ]

    def end(self, recipient: str, subscription_id: bytes) -> None:
        """End a subscription. Raises NotFound unless it is theirs."""
        paper = self._world.work_items.item(SUBSCRIPTION, subscription_id)
        if paper is None or paper.party != recipient:
            raise NotFound
        self._world.work_items.discard(SUBSCRIPTION, subscription_id)


def read_subscription(paper: WorkItem) -> Subscription:
    """The subscription in a paper."""
    channel, address, events, secret = (paper.body[name] for name in ("channel", "address", "events", "secret"))
    return Subscription(paper.id, paper.party, channel, address, frozenset(events), secret)
