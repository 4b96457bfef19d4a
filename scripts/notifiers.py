"""Notifiers that send messages to people, chosen by the settings."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from mydata_ledger.anchors.notifiers import EmailNotifier, WebhookNotifier
from mydata_ledger.ledger.kernel import Notifier
from mydata_ledger.scripts.settings import Settings


def notifiers(settings: Settings) -> dict[str, Notifier]:
    """Notifiers by name: webhooks always, e-mail if the settings name a mail server."""
    by_name: dict[str, Notifier] = {"webhook": WebhookNotifier(private=settings.webhooks_private)}
    if settings.smtp:
        by_name["email"] = _email(settings)
    return by_name


def _email(settings: Settings) -> EmailNotifier:
    """Parse the mail server URL: `smtp://user:password@host:port` uses STARTTLS, `smtp+plain://…` no TLS (loopback)."""
    url = urlsplit(settings.smtp)
    host, sender = url.hostname or "", settings.sender or f"mydata-ledger@{url.hostname}"
    login = {"user": unquote(url.username or ""), "password": unquote(url.password or "")}
    return EmailNotifier(host, url.port or 587, sender, settings.uri, tls=url.scheme == "smtp", **login)
