"""`/routing/v1/…`: who has a CID, asked over HTTP (IPFS Delegated Routing V1). The one provider we know is our gateway.

An IPFS node told of this server as a delegated router finds in it what it then fetches from `/ipfs/`, without any
libp2p and without asking the world.
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
"""Before a public key's 32 bytes: identity multihash of 36, and libp2p's protobuf for Ed25519."""
PROTOCOL = "transport-ipfs-gateway-http"
FOUND_SECONDS, MISSED_SECONDS = 300, 15


class Routing:
    """The app: `address` is the gateway's multiaddr, `peer` what libp2p calls it."""

    def __init__(self, get: Get, peer: str, address: str) -> None:
        self._get = get
        self._record = {"Schema": "peer", "ID": peer, "Addrs": [address], "Protocols": [PROTOCOL]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request below `/routing/v1`."""
        if scope["type"] != "http":
            return
        status, body = await to_thread.run_sync(self._reply, scope["method"], scope["path"])
        seconds = FOUND_SECONDS if status == 200 else MISSED_SECONDS
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
        """Status and body: 404 with no provider where we have none, as the specification has it."""
        if method == "OPTIONS":
            return 200, b""
        if method not in {"GET", "HEAD"}:
            return 405, b"only GET is served: this router is told nothing\n"
        *_, kind, text = ["", *path.rstrip("/").split("/")]
        if kind != "providers":
            return 501, b"this router knows providers only\n"
        try:
            reading.block_of(self._get, Cid.parse_any(text))
        except PayloadMissing:
            return 404, _said([])
        except MalformedInput as error:
            return 400, f"{error}\n".encode()
        except LedgerError as error:
            return 503, f"{error}\n".encode()
        return 200, _said([self._record])


def peer_id(secret: bytes) -> str:
    """What libp2p calls the holder of an Ed25519 private key (32 bytes)."""
    return multibase.base58(ED25519_KEY + Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())


def _said(providers: list[dict[str, Any]]) -> bytes:
    return orjson.dumps({"Providers": providers})
