"""An HTTP request as ASGI gives it, and the headers of its answer."""

from __future__ import annotations

import re
import secrets

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from mydata_ledger.api.auth import session_key
from mydata_ledger.api.errors import RawHeaders, Reply
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)
REFUSED = 400
REQUEST_ID = re.compile(rb"[\x20-\x7e\x80-\xff]{1,1024}")
"""Any header value, since callers choose freely what they call a request (AuthZEN §10.1.4); bounded."""


class Request:
    """The headers of a request by name (the last one where a name is repeated), and its body, which the framework can
    read again after it was read here; `max_body` is the limit of this request in bytes.
    """

    __slots__ = ("_is_read", "_messages", "_receive", "headers", "max_body", "scope")

    def __init__(self, scope: Scope, receive: Receive, max_body: int) -> None:
        self.scope, self._receive, self.max_body = scope, receive, max_body
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self._messages: list[Message] = []
        self._is_read = False

    @property
    def repeats_a_header(self) -> bool:
        """Whether a header name occurs twice: the framework would take the first one."""
        return len(self.headers) < len(self.scope["headers"])

    def check_authorization(self) -> None:
        """Raise MalformedInput for two `Authorization` headers: readers differ in which of them counts."""
        if sum(name == b"authorization" for name, _ in self.scope["headers"]) > 1:
            raise MalformedInput("name one session: the `Authorization` header may be given once")

    @property
    def _is_unread(self) -> bool:
        """Whether the caller may still be sending a body."""
        has_body = self.headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in self.headers
        return has_body and not self._is_read

    async def _next(self) -> Message:
        message = await self._receive()
        self._is_read = self._is_read or not message.get("more_body", False)
        return message

    def session_key(self) -> bytes:
        """Digest of the caller's session token. Raises SessionRequired."""
        return session_key(self.headers.get(b"authorization", b""))

    async def body(self, limit: int) -> bytes:
        """The whole body. Raises TooLarge beyond `limit` bytes, MalformedInput when the caller went away."""
        declared = self.headers.get(b"content-length", b"0")
        size, more = int(declared) if declared.isdigit() else 0, True
        taken = 0
        while more and size <= limit:
            message = await self._next()
            self._messages.append(message)
            if message["type"] == "http.disconnect":
                raise MalformedInput("the connection was closed before the body was complete")
            taken += len(message.get("body", b""))
            more, size = message.get("more_body", False), taken
        if size > limit:
            raise TooLarge(f"this request has at most {limit} bytes; split it into smaller ones")
        return b"".join([message.get("body", b"") for message in self._messages])

    def receive_again(self) -> Receive:
        """ASGI's `receive`, from the first message on. Raises HTTPException(413) once the body exceeds `max_body`."""
        read, taken = iter(self._messages), 0

        async def receive() -> Message:
            nonlocal taken
            message = next(read, None) or await self._next()
            taken += len(message.get("body", b""))
            if taken > self.max_body:
                raise HTTPException(413, too_long(self.max_body))
            return message

        return receive

    async def answer(self, reply: Reply, send: Send) -> None:
        """Send a whole answer."""
        length = (b"content-length", b"%d" % len(reply.body))
        headers = [length, (b"content-type", b"application/json"), *reply.headers, *SECURITY_HEADERS, self._id()]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    def secured(self, send: Send) -> Send:
        """ASGI's `send` that adds the security headers an answer does not set itself, and the id of the request. After
        a refusal that left a body unread the connection is closed.
        """
        name = self._id()

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {key.lower() for key, _ in message["headers"]}
                extra: RawHeaders = tuple(one for one in SECURITY_HEADERS if one[0] not in present)
                if message["status"] >= REFUSED and self._is_unread and b"connection" not in present:
                    extra = (*extra, (b"connection", b"close"))
                message["headers"] = [*message["headers"], *extra, name]
            await send(message)

        return send_secured

    def _id(self) -> tuple[bytes, bytes]:
        """X-Request-ID: the caller's own if they gave one."""
        given = self.headers.get(b"x-request-id", b"")
        return b"x-request-id", given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8).encode()


def too_long(limit: int) -> str:
    """What is said of a body beyond the limit of every request, in bytes."""
    return f"a request has at most {limit} bytes; split it into smaller ones"
