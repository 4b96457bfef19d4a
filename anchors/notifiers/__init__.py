"""Notifiers, which send the deliveries of the outbox: signed webhooks and e-mail."""

from mydata_ledger.anchors.notifiers.email import EmailNotifier
from mydata_ledger.anchors.notifiers.webhook import WebhookNotifier

__all__ = ["EmailNotifier", "WebhookNotifier"]
