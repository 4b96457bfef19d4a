"""How messages leave the house, by the settings."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from mydata_ledger.anchors.notifiers import EmailNotifier, WebhookNotifier
from mydata_ledger.ledger.kernel import Notifier
from mydata_ledger.scripts.settings import Settings


def notifiers(settings: Settings) -> dict[str, Notifier]:
    """How messages leave the house: webhooks always, e-mail where the settings name a mail server."""
    found: dict[str, Notifier] = {"webhook": WebhookNotifier(private=settings.webhooks_private)}
    if settings.smtp:
        found["email"] = _mailbox(settings)
    return found


def _mailbox(settings: Settings) -> EmailNotifier:
    """`smtp://user:password@host:port` speaks TLS after STARTTLS, `smtp+plain://…` none (loopback relays)."""
    url = urlsplit(settings.smtp)
    host, sender = url.hostname or "", settings.sender or f"mydata-ledger@{url.hostname}"
    login = {"user": unquote(url.username or ""), "password": unquote(url.password or "")}
    return EmailNotifier(host, url.port or 587, sender, settings.uri, tls=url.scheme == "smtp", **login)
