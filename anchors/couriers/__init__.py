"""Couriers of the outbox: signed webhooks and e-mail."""

from mydata_ledger.anchors.couriers.email import Mailbox
from mydata_ledger.anchors.couriers.webhook import Webhooks

__all__ = ["Mailbox", "Webhooks"]
