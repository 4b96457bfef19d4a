"""Webhooks as Standard Webhooks has them: signed, time-stamped, and never into a private network unless allowed."""

from __future__ import annotations

import asyncio
import base64
import hmac
import ipaddress
import socket
import time
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import SplitResult, urlsplit

import httpx
import orjson

from mydata_ledger.ledger.errors import InvalidStatement, SourceUnavailable
from mydata_ledger.ledger.kernel.people.deliveries import Delivery
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription

TIMEOUT = httpx.Timeout(10, connect=5)
DEADLINE = 20
"""Seconds for the whole exchange: who answers a byte at a time is not waited for."""
GONE = 410
MARK = "whsec_"
UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA has given out for the open internet: translators, tunnels and old forms that carry a private IPv4
address lie outside of it, but for the two that `is_public` opens.
"""
DOCUMENTATION = ipaddress.ip_network("3fff::/20")


class WebhookNotifier:
    """Posts parcels. With `private` (a setting for tests and closed networks) http and private addresses are allowed.

    The address is resolved once, judged, and connected to as judged: a name that answers differently the second time
    (DNS rebinding) reaches nothing. Redirects are not followed, and answers are not read.
    """

    def __init__(self, private: bool = False) -> None:
        self._private = private

    def send(self, parcel: Delivery, subscription: Subscription) -> None:
        """Post it. Raises SourceUnavailable for no or a wrong answer, InvalidStatement for an address never to use."""
        url, host, port = self._checked(subscription.address)
        address = self._judged(host, port)
        body = orjson.dumps({"type": parcel.event, "timestamp": _iso(parcel.at), "data": {"subject": parcel.subject}})
        headers = signed_headers(parcel.delivery_id, body, subscription.secret, int(time.time()))
        target = f"{url.scheme}://{_bracketed(address)}:{port}{url.path or '/'}{'?' + url.query if url.query else ''}"
        authority = host if port in {80, 443} else f"{host}:{port}"
        self._post(target, body, headers | {"host": authority}, host)

    @staticmethod
    def _post(target: str, body: bytes, headers: dict[str, str], host: str) -> None:
        try:
            status = asyncio.run(asyncio.wait_for(_status(target, body, headers, host), DEADLINE))
        except TimeoutError as error:
            raise SourceUnavailable(f"no whole answer within {DEADLINE} seconds") from error
        except httpx.HTTPError as error:
            raise SourceUnavailable(f"no answer ({type(error).__name__})") from error
        if status == GONE:
            raise InvalidStatement("the receiver answers 410: it wants no more of these")
        if not httpx.codes.is_success(status):
            raise SourceUnavailable(f"the receiver answered {status}")

    def _checked(self, address: str) -> tuple[SplitResult, str, int]:
        try:
            url = urlsplit(address)
            host, port = url.hostname, url.port
        except ValueError as error:
            raise InvalidStatement("a webhook's address is a URL with a host") from error
        allowed = {"https", "http"} if self._private else {"https"}
        if url.scheme not in allowed or not host or url.username or url.password or url.fragment:
            raise InvalidStatement("a webhook's address is an https URL without a name or password in it")
        return url, host, port or (443 if url.scheme == "https" else 80)

    def _judged(self, host: str, port: int) -> str:
        """One address of the host, when all of them may be reached. Raises InvalidStatement, SourceUnavailable."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise SourceUnavailable("the host of the webhook has no address") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not self._private and not all(is_public(address) for address in addresses):
            raise InvalidStatement("the webhook's host lies in a private network; that is not allowed here")
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address lies on the open internet: not private, loopback, link-local, multicast or reserved, also
    not inside an IPv4 address that IPv6 carries.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
        return found.is_global and found in UNICAST and found not in DOCUMENTATION
    return found.is_global and not found.is_multicast


async def _status(target: str, body: bytes, headers: dict[str, str], host: str) -> int:
    """The answer's status; its body is not read."""
    async with (
        httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", target, content=body, headers=headers, extensions={"sni_hostname": host}) as answer,
    ):
        return answer.status_code


def signed_headers(name: str, body: bytes, secret: str, at: int) -> dict[str, str]:
    """The headers of Standard Webhooks: HMAC-SHA-256 over `id.timestamp.body`; the secret is `whsec_` and base64."""
    said = f"{name}.{at}.".encode() + body
    key = base64.b64decode(secret.removeprefix(MARK))
    mac = base64.b64encode(hmac.new(key, said, sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{mac}",
    }


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
