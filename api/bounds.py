"""Bodies are bounded before they are read; every answer carries its id and tells browsers to be careful."""

from __future__ import annotations

import json
import re
import secrets

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CAREFUL = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cache-control": b"no-store",
}
REQUEST_ID = re.compile(rb"[\x20-\x7e\x80-\xff]{1,1024}")
"""Any header value, since callers choose freely what they call a request (AuthZEN §10.1.4); bounded."""


class BoundedBodies:
    """Refuses a body beyond `limit` bytes, by its declared length or as soon as it has grown too long.

    A path in `streamed` bounds its bodies itself, and reads them in pieces.
    """

    def __init__(self, app: ASGIApp, limit: int, streamed: frozenset[str] = frozenset()) -> None:
        self.app, self.limit, self._streamed = app, limit, streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] in self._streamed:
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self.limit:
            await self._refuse(send)
            return
        await self._measured(scope, receive, send)

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0

        async def measured() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                raise HTTPException(413, self._detail())
            return message

        await self.app(scope, measured, send)

    def _detail(self) -> str:
        return f"a request has at most {self.limit} bytes; split it into smaller ones"

    async def _refuse(self, send: Send) -> None:
        body = json.dumps({"error": "too_large", "detail": self._detail()}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": body})


class Headers:
    """Adds X-Request-ID (the caller's own if there is one) and the careful headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        name = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8).encode()

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {key.lower() for key, _ in message["headers"]}
                extra = [(key, value) for key, value in CAREFUL.items() if key not in present]
                message["headers"] = [*message["headers"], *extra, (b"x-request-id", name)]
            await send(message)

        await self.app(scope, receive, dressed)
