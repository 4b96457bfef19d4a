"""The address of a payload store: `embedded`, a URL or a multiaddr."""

from __future__ import annotations

import re

from mydata_ledger.ledger.errors import MalformedInput

EMBEDDED = "embedded"
"""The store in the state folder."""
URL = re.compile(r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:(?P<port>\d{1,5}))?/?")


def multiaddr(url: str) -> str:
    """Multiaddr of an HTTP server's URL; a multiaddr is returned unchanged. Raises MalformedInput."""
    if url.startswith("/") and re.fullmatch(r"[A-Za-z0-9./:-]+", url):
        return url
    match = URL.fullmatch(url)
    if not match:
        raise MalformedInput(
            "no URL of a server: the payload store is `embedded` or an IPFS node's RPC, as http://127.0.0.1:5001"
        )
    host = match["host"].strip("[]")
    kind = "ip6" if ":" in host else "ip4" if re.fullmatch(r"[\d.]+", host) else "dns"
    port = match["port"] or {"http": "80", "https": "443"}[match["scheme"]]
    return f"/{kind}/{host}/tcp/{port}/{match['scheme']}"
