"""HTTP gateway at `/ipfs/…`: the trustless gateway of `anchors.ipld.gateway` as an ASGI app, mounted beside the API.

It needs no session: the payloads are sealed and addressed by CID only.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

import anyio
from anyio import to_thread

from mydata_ledger.anchors.ipld.accept import GatewayRefusal
from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.gateway import GatewayReply, GatewayRequest, refuse, respond
from mydata_ledger.anchors.ipld.reading import Get
from mydata_ledger.ledger.errors import LedgerError, MalformedInput

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
PIECE = 256 * 1024
NAMES = "names are not resolved here; ask for /ipfs/{cid}"


class Gateway:
    """ASGI app that streams payloads in constant memory; it ends the response if a block is missing or altered."""

    def __init__(self, get: Get, denied: Callable[[Cid], bool] = lambda _: False) -> None:
        self._get, self._denied = get, denied

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request below `/ipfs` or `/ipns`."""
        if scope["type"] != "http":
            return
        reply = await to_thread.run_sync(self._reply, scope)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_cancel_on_disconnect, receive, tasks.cancel_scope)
            if await _stream(reply.body, send):
                await send({"type": "http.response.body", "body": b""})
            tasks.cancel_scope.cancel()

    def _reply(self, scope: Scope) -> GatewayReply:
        request = GatewayRequest(scope["method"], (), _query(scope), _headers(scope))
        try:
            space, path, folder = path_of(scope)
        except GatewayRefusal as refusal:
            return refuse(request, refusal)
        request = replace(request, path=path, folder=folder)
        if space != "ipfs":
            return refuse(request, GatewayRefusal(404, NAMES))
        return respond(self._get, request, self._denied)


def denylist(path: Path) -> Callable[[Cid], bool]:
    """Predicate of the CIDs that an operator refuses to serve (IPIP-383).

    The file has lines `/ipfs/<cid>` and is read again when it changes. Other lines and comments are ignored; without a
    file nothing is denied.
    """
    cached: tuple[int, frozenset[bytes]] = (0, frozenset())

    def denied(cid: Cid) -> bool:
        nonlocal cached
        changed = path.stat().st_mtime_ns if path.is_file() else 0
        if changed != cached[0]:
            cached = changed, frozenset(_denied_digests(path)) if changed else frozenset()
        return cid.digest in cached[1]

    return denied


def _denied_digests(path: Path) -> Iterator[bytes]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("/ipfs/"):
            try:
                yield Cid.parse_any(line.removeprefix("/ipfs/").split()[0].split("/")[0]).digest
            except MalformedInput:
                log.warning("the denylist has a line that names no CID")


async def _stream(body: Iterator[bytes], send: Send) -> bool:
    """Send the body; return True if all of it was sent. Otherwise the server closes the connection."""
    while True:
        try:
            piece = await to_thread.run_sync(_joined, body)
        except LedgerError as error:
            log.warning("a gateway answer was broken off: %s", error)
            return False
        if not piece:
            return True
        await send({"type": "http.response.body", "body": piece, "more_body": True})


def _joined(body: Iterator[bytes]) -> bytes:
    """Join pieces up to PIECE bytes: a CAR has section heads of 40 bytes and blocks of 256 KiB."""
    joined = bytearray()
    for piece in body:
        joined += piece
        if len(joined) >= PIECE:
            break
    return bytes(joined)


async def _cancel_on_disconnect(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def path_of(scope: Scope) -> tuple[str, tuple[str, ...], bool]:
    """Parse a path to its namespace, its segments, and True if it ends with a slash.

    The path is decoded once; then it is split at slashes and dot segments are resolved. So every spelling of a path has
    one meaning (IPIP-548). Raises GatewayRefusal for a path that leaves its namespace.
    """
    raw = scope.get("raw_path") or scope["path"].encode()
    text = unquote_to_bytes(raw.partition(b"?")[0]).decode("utf-8", "surrogateescape")
    segments: list[str] = []
    for segment in filter(None, text.split("/")):
        if segment == "..":
            if len(segments) < 3:
                raise GatewayRefusal(400, "the path leads out of the content it begins with")
            segments.pop()
        elif segment != ".":
            segments.append(segment)
    space, *path = segments or [""]
    return space, tuple(path), bool(path) and text.endswith(("/", "/.", "/.."))


def _query(scope: Scope) -> dict[str, str]:
    return dict(reversed(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)))


def _headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
