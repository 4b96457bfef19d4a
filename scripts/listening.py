"""Where one machine serves: as `localhost`, since browsers give passkeys to a name and never to an IP address."""

from __future__ import annotations

import errno
import socket
from urllib.parse import urlsplit

NAME = "localhost"
NO_IPV6 = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def local(port: int) -> str:
    """The URL of what listens on that port of this machine."""
    return f"http://{NAME}:{port}"


def bound(port: int) -> list[socket.socket]:
    """Sockets of one loopback port, 0 for a free one: of IPv4 and, where the machine has it, of IPv6, because browsers
    try both for `localhost` and must not find somebody else's there. Raises OSError when either is taken.
    """
    while True:
        four = _bound(socket.AF_INET, "127.0.0.1", port)
        try:
            return [four, _bound(socket.AF_INET6, "::1", four.getsockname()[1])]
        except OSError as error:
            if error.errno in NO_IPV6:
                return [four]
            four.close()
            if port or error.errno != errno.EADDRINUSE:
                raise


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made


def by_name(uri: str, host: str) -> bool:
    """Whether a page that was asked for at `host` (the request's header) is better opened under `uri`: the same port of
    this machine, called by its number where sessions are signed for `localhost`.
    """
    ours = urlsplit(uri)
    return ours.hostname == NAME and host in {f"127.0.0.1:{ours.port}", f"[::1]:{ours.port}"}
