"""How messages leave the house, by the environment."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from mydata_ledger.anchors.notifiers import EmailNotifier, WebhookNotifier
from mydata_ledger.ledger.kernel import Notifier
from mydata_ledger.scripts.settings import Settings


def notifiers(settings: Settings) -> dict[str, Notifier]:
    """How messages leave the house: webhooks always, e-mail where MYDATA_SMTP names a server."""
    found: dict[str, Notifier] = {
        "webhook": WebhookNotifier(private=os.environ.get("MYDATA_WEBHOOKS_PRIVATE") == "yes")
    }
    if server := os.environ.get("MYDATA_SMTP", ""):
        found["email"] = _mailbox(server, settings.uri)
    return found


def _mailbox(server: str, portal: str) -> EmailNotifier:
    """`smtp://user:password@host:port` speaks TLS after STARTTLS, `smtp+plain://…` none (loopback relays)."""
    url = urlsplit(server)
    if url.scheme not in {"smtp", "smtp+plain"} or not url.hostname:
        raise SystemExit("error: MYDATA_SMTP is smtp://[user:password@]host[:port], or smtp+plain:// for a local relay")
    sender = os.environ.get("MYDATA_SENDER", f"mydata-ledger@{url.hostname}")
    login = {"user": unquote(url.username or ""), "password": unquote(url.password or "")}
    return EmailNotifier(url.hostname, url.port or 587, sender, portal, tls=url.scheme == "smtp", **login)
