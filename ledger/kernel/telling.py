"""tell: the inbox of everyone, and where else they want to be told."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, TooManyRequests
from mydata_ledger.ledger.kernel.reviews import Reviews
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.paper import Paper, new_id

MESSAGE, SUBSCRIPTION, DELIVERY, REMINDER = "message", "subscription", "delivery", "reminder"
PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"
CHANNELS = ("webhook", "email")
MOST_SUBSCRIPTIONS, LONGEST_ADDRESS = 10, 500
AT_ONCE = 200
ANNOUNCED_PER_DAY = 10
"""Offers, and results, that one party may announce in a day."""
RESULTS, DAY = "results", 86_400


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where somebody wants to be told: `address` an https URL or an e-mail address; `events` empty for all."""

    subscription_id: bytes
    recipient: str
    channel: str
    address: str
    events: frozenset[str]
    secret: str


class Telling(Reviews):
    """Messages are filed under their own name; deliveries follow from messages and subscriptions."""

    def inbox(self, recipient: str, after: bytes = b"", limit: int = AT_ONCE) -> list[Message]:
        """What somebody was told, oldest first."""
        return [_message(p) for p in self.world.store.papers(MESSAGE, party=recipient, after=after, limit=limit)]

    def subscribe(self, recipient: str, channel: str, address: str, events: frozenset[str]) -> Subscription:
        """Tell `recipient` there too. The answer is the only one that shows a webhook's signing secret.

        Raises InvalidStatement, TooManyRequests beyond ten.
        """
        if channel not in CHANNELS or not 0 < len(address) <= LONGEST_ADDRESS or not address.isprintable():
            raise InvalidStatement(f"a subscription needs a channel ({' or '.join(CHANNELS)}) and an address")
        if unknown := events - set(Event):
            raise InvalidStatement(f"unknown event `{min(unknown)[:60]}`; use one of {', '.join(Event)}")
        if len(self.subscriptions(recipient)) >= MOST_SUBSCRIPTIONS:
            raise TooManyRequests(f"there are {MOST_SUBSCRIPTIONS} subscriptions already; end one first")
        now = self.world.clock.now()
        secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode() if channel == "webhook" else ""
        made = Subscription(new_id(now), recipient, channel, address, events, secret)
        body = {"channel": channel, "address": address, "events": sorted(events), "secret": secret}
        self.world.store.file(Paper(SUBSCRIPTION, made.subscription_id, party=recipient, body=body))
        return made

    def subscriptions(self, recipient: str) -> list[Subscription]:
        """Everywhere somebody is told."""
        return [read_subscription(p) for p in self.world.store.papers(SUBSCRIPTION, party=recipient, limit=AT_ONCE)]

    def unsubscribe(self, recipient: str, subscription_id: bytes) -> None:
        """End a subscription. Raises NotFound unless it is theirs."""
        paper = self.world.store.paper(SUBSCRIPTION, subscription_id)
        if paper is None or paper.party != recipient:
            raise NotFound
        self.world.store.discard(SUBSCRIPTION, subscription_id)

    def tell(self, message: Message) -> None:
        """File a message once, and a delivery for each subscription that wants it."""
        body = {
            "event": str(message.event),
            "subject": message.subject,
            "at": message.at,
            "detail": dict(message.detail),
        }
        self.world.store.file(Paper(MESSAGE, message.message_id, party=message.recipient, body=body))
        for subscription in self.subscriptions(message.recipient):
            if not subscription.events or message.event in subscription.events:
                self._queue(message, subscription)

    def announce_results(self, party: str, reference: str) -> None:
        """Tell everyone whose consent to this party stands that results of a study are out; the party learns of nobody.

        Raises NotEntitled for who is not accredited, TooManyRequests beyond ten a day.
        """
        now = self.world.clock.now()
        known = self.world.store.party(party)
        if known is None or not known.accredited(now):
            raise NotEntitled("only an accredited party has results to tell of")
        self._check_pace(RESULTS, party, now)
        for reminder in self._reminders_of(party):
            state = self.world.store.consent(reminder.id)
            if state and not (state.revoked or state.superseded):
                whom = of_person(state.consent.data_subject)
                self.tell(Message(whom, Event.RESULTS, reference, now, {"by": known.name}))

    def _check_pace(self, kind: str, party: str, now: int) -> None:
        """Count one announcement of a kind. Raises TooManyRequests beyond what a day allows."""
        since = (now - DAY).to_bytes(8, "big") + bytes(24)
        if len(self.world.store.papers(kind, party=party, after=since, limit=ANNOUNCED_PER_DAY)) >= ANNOUNCED_PER_DAY:
            raise TooManyRequests(f"{ANNOUNCED_PER_DAY} a day are announced at most; wait until tomorrow")
        self.world.store.file(Paper(kind, new_id(now), party=party))

    def _queue(self, message: Message, subscription: Subscription) -> None:
        name = bytes(a ^ b for a, b in zip(message.message_id[8:], subscription.subscription_id[8:], strict=True))
        body: dict[str, Any] = {
            "subscription": subscription.subscription_id.hex(),
            "event": str(message.event),
            "subject": message.subject,
            "at": message.at,
            "attempts": 0,
        }
        who, now = message.recipient, self.world.clock.now()
        self.world.store.file(Paper(DELIVERY, message.message_id[:8] + name, b"", who, PENDING, now, body))

    def _reminders_of(self, party: str) -> Iterator[Paper]:
        """One paper for each consent to a party: who was told to remind knows who consented."""
        after = b""
        while page := self.world.store.papers(REMINDER, party=party, after=after, limit=AT_ONCE):
            yield from page
            after = page[-1].id


def _message(paper: Paper) -> Message:
    body: Mapping[str, Any] = paper.body
    return Message(paper.party, Event(body["event"]), body["subject"], body["at"], body["detail"])


def read_subscription(paper: Paper) -> Subscription:
    """The subscription in a paper."""
    channel, address, events, secret = (paper.body[name] for name in ("channel", "address", "events", "secret"))
    return Subscription(paper.id, paper.party, channel, address, frozenset(events), secret)
