"""`/ipfs/…` over HTTP: the trustless gateway of `anchors.ipld.gateway` as an ASGI app, to be mounted beside the door.

Nobody signs in here: what it serves is sealed, and known only by its CID.
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
    """The app: streams in constant memory, and breaks off where a block turns out to be missing or altered."""

    def __init__(self, get: Get, denied: Callable[[Cid], bool] = lambda _: False) -> None:
        self._get, self._denied = get, denied

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request below `/ipfs` or `/ipns`."""
        if scope["type"] != "http":
            return
        reply = await to_thread.run_sync(self._reply, scope)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_until_gone, receive, tasks.cancel_scope)
            if await _stream(reply.body, send):
                await send({"type": "http.response.body", "body": b""})
            tasks.cancel_scope.cancel()

    def _reply(self, scope: Scope) -> GatewayReply:
        question = GatewayRequest(scope["method"], (), _query(scope), _headers(scope))
        try:
            space, path, folder = path_of(scope)
        except GatewayRefusal as refused:
            return refuse(question, refused)
        question = replace(question, path=path, folder=folder)
        if space != "ipfs":
            return refuse(question, GatewayRefusal(404, NAMES))
        return respond(self._get, question, self._denied)


def denylist(path: Path) -> Callable[[Cid], bool]:
    """What an operator refuses to serve: a file of lines `/ipfs/<cid>`, read again whenever it changes (IPIP-383).

    Lines of other kinds and comments are passed over; no file denies nothing.
    """
    known: tuple[int, frozenset[bytes]] = (0, frozenset())

    def denied(cid: Cid) -> bool:
        nonlocal known
        changed = path.stat().st_mtime_ns if path.is_file() else 0
        if changed != known[0]:
            known = changed, frozenset(_denied_digests(path)) if changed else frozenset()
        return cid.digest in known[1]

    return denied


def _denied_digests(path: Path) -> Iterator[bytes]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("/ipfs/"):
            try:
                yield Cid.parse_any(line.removeprefix("/ipfs/").split()[0].split("/")[0]).digest
            except MalformedInput:
                log.warning("the denylist has a line that names no CID")


async def _stream(body: Iterator[bytes], send: Send) -> bool:
    """Whether the whole body was sent; without the last empty piece the server breaks the connection off."""
    while True:
        try:
            piece = await to_thread.run_sync(_gathered, body)
        except LedgerError as error:
            log.warning("a gateway answer was broken off: %s", error)
            return False
        if not piece:
            return True
        await send({"type": "http.response.body", "body": piece, "more_body": True})


def _gathered(body: Iterator[bytes]) -> bytes:
    """Some pieces at once: a CAR comes in heads of forty bytes and leaves of a quarter of a megabyte."""
    found = bytearray()
    for piece in body:
        found += piece
        if len(found) >= PIECE:
            break
    return bytes(found)


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def path_of(scope: Scope) -> tuple[str, tuple[str, ...], bool]:
    """Namespace, the segments below it, and whether a slash ends the path.

    Each component is decoded once, and only then cut at slashes and freed of dot segments: no spelling of a path leads
    elsewhere than another (IPIP-548). Raises Refused for one that leads out of its namespace.
    """
    raw = scope.get("raw_path") or scope["path"].encode()
    text = unquote_to_bytes(raw.partition(b"?")[0]).decode("utf-8", "surrogateescape")
    found: list[str] = []
    for segment in filter(None, text.split("/")):
        if segment == "..":
            if len(found) < 3:
                raise GatewayRefusal(400, "the path leads out of the content it begins with")
            found.pop()
        elif segment != ".":
            found.append(segment)
    space, *path = found or [""]
    return space, tuple(path), bool(path) and text.endswith(("/", "/.", "/.."))


def _query(scope: Scope) -> dict[str, str]:
    return dict(reversed(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)))


def _headers(scope: Scope) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
