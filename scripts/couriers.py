"""How messages leave the house, by the settings."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from mydata_ledger.anchors.couriers import Mailbox, Webhooks
from mydata_ledger.ledger.kernel import Courier
from mydata_ledger.scripts.settings import Settings


def couriers(settings: Settings) -> dict[str, Courier]:
    """How messages leave the house: webhooks always, e-mail where the settings name a mail server."""
    found: dict[str, Courier] = {"webhook": Webhooks(private=settings.webhooks_private)}
    if settings.smtp:
        found["email"] = _mailbox(settings)
    return found


def _mailbox(settings: Settings) -> Mailbox:
    """`smtp://user:password@host:port` speaks TLS after STARTTLS, `smtp+plain://…` none (loopback relays)."""
    url = urlsplit(settings.smtp)
    host, sender = url.hostname or "", settings.sender or f"mydata-ledger@{url.hostname}"
    login = {"user": unquote(url.username or ""), "password": unquote(url.password or "")}
    return Mailbox(host, url.port or 587, sender, settings.uri, tls=url.scheme == "smtp", **login)
