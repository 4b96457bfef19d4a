"""An ASGI request, and the headers of its response."""

from __future__ import annotations

import re
import secrets

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from mydata_ledger.api.errors import RawHeaders, Reply
from mydata_ledger.api.session_tokens import session_key, signed_reader_key
from mydata_ledger.ledger.errors import MalformedInput, TooLarge

SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)
FIRST_ERROR_STATUS = 400
REQUEST_ID = re.compile(rb"[\x20-\x7e\x80-\xff]{1,1024}")
"""Any header value, since AuthZEN §10.1.4 lets callers choose their request ids freely; its length is limited."""


class Request:
    """An ASGI request: its headers by name (the last one where a name is repeated) and its body.

    FastAPI can still read the body after it was read here. `max_body` is the limit of this request in bytes.
    """

    __slots__ = ("_is_read", "_messages", "_receive", "headers", "max_body", "scope")

    def __init__(self, scope: Scope, receive: Receive, max_body: int) -> None:
        self.scope, self._receive, self.max_body = scope, receive, max_body
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self._messages: list[Message] = []
        self._is_read = False

    @property
    def repeats_a_header(self) -> bool:
        """True if a header name occurs twice, where FastAPI would take the first value."""
        return len(self.headers) < len(self.scope["headers"])

    def check_authorization(self) -> None:
        """Raise MalformedInput for a repeated `Authorization` header, of which readers would take different ones."""
        if sum(name == b"authorization" for name, _ in self.scope["headers"]) > 1:
            raise MalformedInput("name one session: the `Authorization` header may be given once")

    @property
    def _has_unread_body(self) -> bool:
        """True if the caller may still be sending a body."""
        has_body = self.headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in self.headers
        return has_body and not self._is_read

    async def _next_message(self) -> Message:
        message = await self._receive()
        self._is_read = self._is_read or not message.get("more_body", False)
        return message

    def session_key(self) -> bytes:
        """Digest of the caller's session token. Raises SessionRequired."""
        return session_key(self.headers.get(b"authorization", b""))

    def signed_reader_key(self) -> bytes:
        """The digest of the reader key that the caller's sign-in message names, or empty; only in a live session."""
        return signed_reader_key(self.headers.get(b"authorization", b""))

    async def body(self, limit: int) -> bytes:
        """The whole body.

        Raises:
            TooLarge: The body has more than `limit` bytes.
            MalformedInput: The caller closed the connection.
        """
        declared = self.headers.get(b"content-length", b"0")
        size, more = int(declared) if declared.isdigit() else 0, True
        received = 0
        while more and size <= limit:
            message = await self._next_message()
            self._messages.append(message)
            if message["type"] == "http.disconnect":
                raise MalformedInput("the connection was closed before the body was complete")
            received += len(message.get("body", b""))
            more, size = message.get("more_body", False), received
        if size > limit:
            raise TooLarge(f"this request has at most {limit} bytes; split it into smaller ones")
        return b"".join([message.get("body", b"") for message in self._messages])

    def replay(self) -> Receive:
        """ASGI's `receive`, from the first message on. It raises HTTPException(413) once the body
        exceeds `max_body`.
        """
        recorded, received = iter(self._messages), 0

        async def receive() -> Message:
            nonlocal received
            message = next(recorded, None) or await self._next_message()
            received += len(message.get("body", b""))
            if received > self.max_body:
                raise HTTPException(413, body_limit_message(self.max_body))
            return message

        return receive

    async def send_reply(self, reply: Reply, send: Send) -> None:
        """Send a complete response."""
        length = (b"content-length", b"%d" % len(reply.body))
        headers = [
            length,
            (b"content-type", b"application/json"),
            *reply.headers,
            *SECURITY_HEADERS,
            self._request_id(),
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    def with_security_headers(self, send: Send) -> Send:
        """ASGI's `send`, adding the request id and each security header that the response does not set.

        An error response closes the connection if the body was not read to its end.
        """
        request_id = self._request_id()

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_headers = {key.lower() for key, _ in message["headers"]}
                missing: RawHeaders = tuple(header for header in SECURITY_HEADERS if header[0] not in set_headers)
                is_error = message["status"] >= FIRST_ERROR_STATUS
                if is_error and self._has_unread_body and b"connection" not in set_headers:
                    missing = (*missing, (b"connection", b"close"))
                message["headers"] = [*message["headers"], *missing, request_id]
            await send(message)

        return send_secured

    def _request_id(self) -> tuple[bytes, bytes]:
        """X-Request-ID: the caller's own if it is valid, else a random one."""
        request_id = self.headers.get(b"x-request-id", b"")
        return b"x-request-id", request_id if REQUEST_ID.fullmatch(request_id) else secrets.token_hex(8).encode()


def body_limit_message(limit: int) -> str:
    """The error message for a body over the limit, in bytes."""
    return f"a request has at most {limit} bytes; split it into smaller ones"
