"""Delegated router at `/routing/v1/…` (IPFS Delegated Routing V1); the only provider that it names is our gateway.

An IPFS node with this server as its delegated router finds a payload here and fetches it from `/ipfs/`, without libp2p
and without asking other nodes.
"""

from __future__ import annotations

from typing import Any

import orjson
from anyio import to_thread
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mydata_ledger.anchors.ipld import multibase, reading
from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.reading import Get
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, PayloadMissing
from mydata_ledger.scripts.gateway import Receive, Scope, Send

ED25519_KEY = bytes.fromhex("002408011220")
"""Prefix of a 32-byte public key: identity multihash of 36 bytes, and the libp2p protobuf for Ed25519."""
PROTOCOL = "transport-ipfs-gateway-http"
PRESENT_SECONDS, ABSENT_SECONDS = 300, 15


class Routing:
    """ASGI app of the router: `address` is the multiaddr of the gateway, `peer` its libp2p peer id."""

    def __init__(self, get: Get, peer: str, address: str) -> None:
        self._get = get
        self._record = {"Schema": "peer", "ID": peer, "Addrs": [address], "Protocols": [PROTOCOL]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request below `/routing/v1`."""
        if scope["type"] != "http":
            return
        status, body = await to_thread.run_sync(self._reply, scope["method"], scope["path"])
        seconds = PRESENT_SECONDS if status == 200 else ABSENT_SECONDS
        headers = {
            b"content-type": b"application/json" if status in {200, 404} else b"text/plain; charset=utf-8",
            b"content-length": str(len(body)).encode(),
            b"cache-control": f"public, max-age={seconds}".encode(),
            b"access-control-allow-origin": b"*",
            b"access-control-allow-methods": b"GET, OPTIONS",
            b"vary": b"Accept",
        }
        await send({"type": "http.response.start", "status": status, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _reply(self, method: str, path: str) -> tuple[int, bytes]:
        """Status and body; without a provider it is 404 with an empty list, as in the specification."""
        if method == "OPTIONS":
            return 200, b""
        if method not in {"GET", "HEAD"}:
            return 405, b"only GET is served: this router takes no records\n"
        *_, kind, text = ["", *path.rstrip("/").split("/")]
        if kind != "providers":
            return 501, b"this router knows providers only\n"
        try:
            reading.block_of(self._get, Cid.parse_any(text))
        except PayloadMissing:
            return 404, _providers_body([])
        except MalformedInput as error:
            return 400, f"{error}\n".encode()
        except LedgerError as error:
            return 503, f"{error}\n".encode()
        return 200, _providers_body([self._record])


def peer_id(secret: bytes) -> str:
    """The libp2p peer id of an Ed25519 private key (32 bytes)."""
    return multibase.base58(ED25519_KEY + Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())


def _providers_body(providers: list[dict[str, Any]]) -> bytes:
    return orjson.dumps({"Providers": providers})
