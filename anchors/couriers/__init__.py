"""Couriers of the outbox: signed webhooks and e-mail."""

from anchors.couriers.email import Mailbox
from anchors.couriers.webhook import Webhooks

__all__ = ["Mailbox", "Webhooks"]
