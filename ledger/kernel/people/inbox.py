"""The inbox of each recipient, and a delivery for each subscription to an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mydata_ledger.ledger.kernel.people.subscriptions import Subscription, Subscriptions
from mydata_ledger.ledger.kernel.work_items import DELIVERY, MESSAGE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.work_item import WorkItem

PENDING, DELIVERED, DEAD = "pending", "delivered", "dead"
AT_ONCE = 200


class Inbox:
    """Messages are stored under their own id; deliveries follow from messages and subscriptions."""

    def __init__(self, world: World, subscriptions: Subscriptions) -> None:
        self._world, self._subscriptions = world, subscriptions

    def read(self, recipient: str, after: bytes = b"", limit: int = AT_ONCE) -> list[Message]:
        """The messages of a recipient, oldest first."""
        return [_message(p) for p in self._world.work_items.items(MESSAGE, party=recipient, after=after, limit=limit)]

    def notify(self, message: Message) -> None:
        """Store a message once, and a delivery for each subscription to its event."""
        body = {
            "event": str(message.event),
            "subject": message.subject,
            "at": message.occurred_at,
            "detail": dict(message.detail),
        }
        now = self._world.clock.now()
        self._world.work_items.file(WorkItem(MESSAGE, message.message_id, party=message.recipient, due=now, body=body))
        for subscription in self._subscriptions.of(message.recipient):
            if not subscription.events or message.event in subscription.events:
                self._queue(message, subscription)

    def text_of(self, message: Message, language: str) -> str:
        """The text of a party's message in a language (BCP 47; English if there is no Korean asked for); empty for any
        other message, and for one whose template is no longer declared.
        """
        if message.event is not Event.CONTACTED:
            return ""
        name = message.detail["template"], int(message.detail["version"])
        template = self._world.vocabulary.templates.get(name)
        return template.in_language(language) if template else ""

    def add_detail(self, message_id: bytes, detail: Mapping[str, str]) -> None:
        """Add to the detail of a stored message, or replace a part of it. It is not sent again."""
        if item := self._world.work_items.item(MESSAGE, message_id):
            merged = {**item.body["detail"], **detail}
            now = self._world.clock.now()
            self._world.work_items.file(replace(item, due=now, body={**item.body, "detail": merged}))

    def report_download(self, person: bytes, delegate: bytes, reference: str) -> None:
        """Tell a person that their delegate downloads everything about them."""
        detail, now = {"by": requester_name(delegate)}, self._world.clock.now()
        self.notify(Message(of_person(person), Event.EXPORT_MADE, reference, now, detail))

    def _queue(self, message: Message, subscription: Subscription) -> None:
        name = bytes(a ^ b for a, b in zip(message.message_id[8:], subscription.subscription_id[8:], strict=True))
        body: dict[str, Any] = {
            "subscription": subscription.subscription_id.hex(),
            "event": str(message.event),
            "subject": message.subject,
            "at": message.occurred_at,
            "attempts": 0,
        }
        recipient, now = message.recipient, self._world.clock.now()
        self._world.work_items.file(
            WorkItem(DELIVERY, message.message_id[:8] + name, b"", recipient, PENDING, now, body)
        )


def _message(item: WorkItem) -> Message:
    body: Mapping[str, Any] = item.body
    return Message(item.party, Event(body["event"]), body["subject"], body["at"], body["detail"])
