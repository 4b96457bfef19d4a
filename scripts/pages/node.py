"""The chain's node for the verifier page, at `/verify/node`: what it is, and a pass-through of the page's reads.

A browser can ask it from our own pages alone: there is no CORS header, and the content type makes others ask for one.
"""

from __future__ import annotations

from typing import Any

import httpx
import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mydata_ledger.api.fastpath.limits import TokenBucket
from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable, TooLarge
from mydata_ledger.scripts.pages.node_calls import METHODS, Methods, passed_on, returned
from mydata_ledger.scripts.settings.values import NO_NODE, OWN_NODE

NODE_PATH = "/verify/node"
MOST_BYTES, MOST_ANSWERED = 256 * 1024, 4 * 1024 * 1024
CALLS_PER_SECOND = 50
"""Calls that one host may make, with twenty seconds' worth at once."""
CONNECTIONS, SECONDS = 4, 8
SILENT = "the chain's node does not answer; try again soon"


class NodePassThrough:
    """Sends calls to the node of the ledger, few at a time; it reads at most MOST_ANSWERED bytes of an answer."""

    def __init__(self, url: str, methods: Methods = METHODS) -> None:
        self._url, self._methods = url, methods
        self._bucket = TokenBucket(CALLS_PER_SECOND)
        self._http: httpx.AsyncClient | None = None

    async def answer(self, host: str, body: bytes) -> Any:
        """The JSON-RPC answer to a request of that host. Raises MalformedInput, RateExceeded, SourceUnavailable."""
        try:
            calls = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise MalformedInput("the request is not JSON") from error
        sent = passed_on(calls, self._methods)
        self._bucket.take(host, len(sent))
        return returned(calls, await self._ask(sent))

    async def _ask(self, calls: list[dict[str, Any]]) -> Any:
        try:
            async with self._client.stream("POST", self._url, json=calls) as response:
                response.raise_for_status()
                return orjson.loads(await _bounded(response))
        except (httpx.HTTPError, httpx.InvalidURL, orjson.JSONDecodeError) as error:
            raise SourceUnavailable(SILENT) from error

    @property
    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=SECONDS, limits=httpx.Limits(max_connections=CONNECTIONS))
        return self._http


async def _bounded(response: httpx.Response) -> bytes:
    answer = bytearray()
    async for piece in response.aiter_bytes():
        answer += piece
        if len(answer) > MOST_ANSWERED:
            raise SourceUnavailable(SILENT)
    return bytes(answer)


def add_node(app: FastAPI, offered: str, rpc_url: str) -> None:
    """Add the node that the verifier page offers.

    Args:
        app: The app of the ledger.
        offered: OWN_NODE for a pass-through to the ledger's own node, NO_NODE for none, or the URL of a public node.
        rpc_url: The ledger's own node.
    """
    if offered == NO_NODE:
        return
    is_own = offered == OWN_NODE

    def named(_: Request) -> Response:
        return JSONResponse({"url": NODE_PATH if is_own else offered, "own": is_own})

    app.add_route(NODE_PATH, named, methods=["GET"], include_in_schema=False)
    if is_own:
        add_pass_through(app, NODE_PATH, NodePassThrough(rpc_url))


def add_pass_through(app: FastAPI, path: str, node: NodePassThrough) -> None:
    """Add a route that passes the calls of pages on to the node."""

    async def pass_on(request: Request) -> Response:
        host = request.client.host if request.client else ""
        return JSONResponse(await node.answer(host, await _body(request)))

    app.add_route(path, pass_on, methods=["POST"], include_in_schema=False)


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise MalformedInput("send the calls as application/json")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise TooLarge(f"a request to the node has at most {MOST_BYTES} bytes; split it into smaller ones")
    return bytes(body)
