"""Local listening sockets and URLs: named `localhost`, since browsers allow no passkeys for an IP address."""

from __future__ import annotations

import errno
import socket
from urllib.parse import urlsplit

from mydata_ledger.ledger.errors import SourceUnavailable

NAME = "localhost"
BACKLOG = 2_048
"""Connections that wait until they are accepted; the default of uvicorn."""
NO_IPV6 = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def local(port: int) -> str:
    """The URL of a port of this machine."""
    return f"http://{NAME}:{port}"


def bound(port: int) -> list[socket.socket]:
    """Listening sockets of one loopback port, for IPv4 and, if the machine has it, IPv6; port 0 selects a free port.

    Browsers try both for `localhost`, so another program must not own one of them. They listen at once: two sockets
    that do not listen yet may have the same port. Raises OSError if either is taken.
    """
    while True:
        ipv4 = _bound(socket.AF_INET, "127.0.0.1", port)
        try:
            return [ipv4, _bound(socket.AF_INET6, "::1", ipv4.getsockname()[1])]
        except OSError as error:
            if error.errno in NO_IPV6:
                return [ipv4]
            ipv4.close()
            if port or error.errno != errno.EADDRINUSE:
                raise


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def reserved(port: int) -> list[socket.socket]:
    """Listening sockets of one port as `bound` returns them. Raises SourceUnavailable, which names a port in use."""
    try:
        return bound(port)
    except OSError as error:
        raise SourceUnavailable(
            f"port {port} is taken: stop the program that listens there, or choose another port"
        ) from error


def by_name(uri: str, host: str) -> bool:
    """True if a page should be opened under `uri` instead of under `host` (the Host header of the request).

    This is the case if `uri` names `localhost`, for which sessions are signed, and `host` is the loopback address with
    the same port.
    """
    url = urlsplit(uri)
    return url.hostname == NAME and host in {f"127.0.0.1:{url.port}", f"[::1]:{url.port}"}
