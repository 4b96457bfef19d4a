"""Which addresses a link may lead to: a server on the public internet sends nobody into a private network."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from mydata_ledger.anchors.notifiers.webhook import is_public
from mydata_ledger.ledger.errors import InvalidStatement, MalformedInput, SourceUnavailable


@dataclass(frozen=True, slots=True)
class Reach:
    """What the addresses of a link's files and redirects may be.

    They are https, without a name or password in them. If the link itself leads to a private network, as in a clinic or
    a development, they may too, also with http.
    """

    private: bool

    @classmethod
    def of(cls, url: str) -> Reach:
        """The reach of a link by its own address. Raises MalformedInput, SourceUnavailable, InvalidStatement."""
        reach = cls(private=not _is_public(_host(url)[1]))
        reach.check(url)
        return reach

    def check(self, url: str) -> None:
        """Check an address before a request goes to it. Raises MalformedInput, InvalidStatement, SourceUnavailable."""
        scheme, host = _host(url)
        if scheme != "https" and not (scheme == "http" and self.private and not _is_public(host)):
            raise InvalidStatement("the link leads to an address that is not https; ask for a new link")
        if not self.private and not _is_public(host):
            raise InvalidStatement("the link leads into a private network; it was not followed")


def _host(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise MalformedInput("the link has an address that is no URL; is it complete?") from error
    if not host or parts.username or parts.password:
        raise MalformedInput("the link has an address without a host, or with a name or password in it")
    return parts.scheme.lower(), host


def _is_public(host: str) -> bool:
    """True if every address of a host is on the public internet."""
    try:
        resolved = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailable("the server of the link has no address; is the link complete?") from error
    return all(is_public(str(entry[4][0])) for entry in resolved)
