"""Webhooks as the Standard Webhooks specification has them: signed, with a time, and to public addresses only."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

import httpx
import idna
import orjson
from standardwebhooks import Webhook

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel.people.deliveries import Delivery
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription

TIMEOUT = httpx.Timeout(10, connect=5)
DEADLINE = 20
"""Seconds for the whole exchange. A receiver that answers one byte at a time is cut off after them."""
GONE = 410
DEFAULT_PORTS = {"https": 443, "http": 80}
UNICAST = ipaddress.ip_network("2000::/3")
"""The range that IANA assigns addresses of the public internet from. Translators, tunnels and old forms that contain a
private IPv4 address are outside of it, except the two (6to4, Teredo) that `is_public` decodes.
"""
DOCUMENTATION = ipaddress.ip_network("3fff::/20")


class WebhookNotifier:
    """Posts deliveries. With `private`, for tests and closed networks, http and private addresses are allowed.

    The host name is resolved once, its addresses are checked, and the connection goes to a checked address. A name that
    resolves differently the second time (DNS rebinding) therefore reaches nothing. Redirects are not followed, and the
    body of the response is not read.
    """

    def __init__(self, private: bool = False) -> None:
        self._private = private

    def send(self, delivery: Delivery, subscription: Subscription) -> None:
        """Post one delivery.

        Raises SourceUnavailable without a successful response, InvalidStatement for an address that is never allowed
        or whose receiver wants no more webhooks.
        """
        url, host, port = self._checked_url(subscription.address)
        address = self._reachable_address(host, port)
        body = orjson.dumps(
            {"type": delivery.event, "timestamp": _iso(delivery.occurred_at), "data": {"subject": delivery.subject}}
        )
        headers = signed_headers(delivery.delivery_id, body, subscription.secret, int(time.time()))
        target = f"{url.scheme}://{_bracketed(address)}:{port}{url.path or '/'}{'?' + url.query if url.query else ''}"
        authority = _bracketed(host) if port == DEFAULT_PORTS[url.scheme] else f"{_bracketed(host)}:{port}"
        self._post(target, body, headers | {"host": authority}, host)

    @staticmethod
    def _post(target: str, body: bytes, headers: dict[str, str], host: str) -> None:
        try:
            status = asyncio.run(asyncio.wait_for(_status(target, body, headers, host), DEADLINE))
        except TimeoutError as error:
            raise SourceUnavailable(f"no whole answer within {DEADLINE} seconds") from error
        except httpx.InvalidURL as error:
            raise InvalidStatement("a webhook's address is a URL that can be sent") from error
        except httpx.HTTPError as error:
            raise SourceUnavailable(f"no answer ({type(error).__name__})") from error
        if status == GONE:
            raise InvalidStatement("the receiver answers 410: it wants no more of these")
        if not httpx.codes.is_success(status):
            raise SourceUnavailable(f"the receiver answered {status}")

    def _checked_url(self, address: str) -> tuple[SplitResult, str, int]:
        try:
            url = urlsplit(address)
            host, port = ascii_host(url.hostname or ""), url.port
        except ValueError as error:
            raise InvalidStatement("a webhook's address is a URL with a host") from error
        allowed = {"https", "http"} if self._private else {"https"}
        if url.scheme not in allowed or not host or url.username or url.password or url.fragment:
            raise InvalidStatement("a webhook's address is an https URL without a name or password in it")
        return url, host, port or DEFAULT_PORTS[url.scheme]

    def _reachable_address(self, host: str, port: int) -> str:
        """Return one address of the host, if every one of its addresses is allowed.

        Raises InvalidStatement for a private address, SourceUnavailable when the name has none.
        """
        try:
            resolved = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            raise SourceUnavailable("the host of the webhook has no address") from error
        addresses = [str(entry[4][0]) for entry in resolved]
        if not self._private and not all(is_public(address) for address in addresses):
            raise InvalidStatement("the webhook's host is in a private network; that is not allowed here")
        return addresses[0]


def ascii_host(host: str) -> str:
    """Return a host name in the form that is sent: an internationalised name by IDNA 2008 (RFC 5891) after the mapping
    of UTS 46, any other as it is. Raises ValueError for a name that IDNA does not permit.
    """
    return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")


def is_public(address: str) -> bool:
    """Return True if an IP address is on the public internet.

    Private, loopback, link-local, multicast and reserved addresses are not. For an IPv6 address that contains an IPv4
    address, the IPv4 address decides.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        return parsed.is_global and parsed in UNICAST and parsed not in DOCUMENTATION
    return parsed.is_global and not parsed.is_multicast


async def _status(target: str, body: bytes, headers: dict[str, str], host: str) -> int:
    """Send the request, and return the status of the response. The body of the response is not read."""
    async with (
        httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", target, content=body, headers=headers, extensions={"sni_hostname": host}) as response,
    ):
        return response.status_code


def signed_headers(message_id: str, body: bytes, secret: str, at_time: int) -> dict[str, str]:
    """Return the headers of Standard Webhooks, with an HMAC-SHA-256 over `id.timestamp.body`.

    The secret is the prefix `whsec_` and a key in base64; `at_time` is in UTC seconds.
    """
    signature = Webhook(secret).sign(message_id, datetime.fromtimestamp(at_time, UTC), body.decode())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at_time),
        "webhook-signature": signature,
    }


def _iso(at_time: int) -> str:
    return datetime.fromtimestamp(at_time, UTC).isoformat().replace("+00:00", "Z")


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
