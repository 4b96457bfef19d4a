"""The small door: what is well said on a few paths is answered without the framework; all else is left to it.

The framework solves a tree of dependencies and copies forms and answers more often than a decision takes. A route that
has a `Lane` answers through it too, so that the two ways differ in nothing but time.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mydata_ledger.api import errors
from mydata_ledger.api.groups import Groups
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.errors import LedgerError, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel, Respond
from mydata_ledger.ledger.receipt import Logged

F = TypeVar("F", bound=BaseModel)
T = TypeVar("T")
LOGGER = logging.getLogger("mydata.wicket")
JSON = b"application/json"
WANTED = frozenset({b"authorization", b"content-type"})
TOKEN = re.compile(rb"(?i:bearer) ([\x21-\x7e]+)")
RECORD_ID = re.compile("0x[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Told(Generic[F, T]):
    """An answered question: the form it came in, how it was put, what is answered, and the receipt."""

    form: F
    asked: Any
    found: T
    receipt: Logged


@dataclass(frozen=True, slots=True)
class Lane(Generic[F, T]):
    """One route: its form, the question that the form of a caller (by name as requester) means, how that is answered
    and shown. `nothing` is the answer where there is no question to put, or where a word in it is not known here (the
    error says which); without it that is refused. The last part of the path is given as text.
    """

    form: type[F]
    make: Callable[[Kernel, str, F, str], AccessRequest | None]
    respond: Respond[T]
    show: Callable[[Groups, Told[F, T]], Awaitable[Any]]
    nothing: Callable[[UnknownTerm | None], Any] | None = None

    async def answer(self, together: Groups, name: str, form: F, rest: str = "") -> Response:
        """The answer to a caller whom the framework let in. Raises what `make`, `respond` and `show` raise."""
        try:
            asked = self.make(together.kernel, name, form, rest)
        except UnknownTerm as error:
            return _written(self._unasked(error))
        if asked is None:
            return _written(self._unasked(None))
        return _written(await self.show(together, Told(form, asked, *await together.answer(asked, self.respond))))

    async def answer_of(self, together: Groups, token: bytes, form: F, rest: str) -> bytes:
        """The same to whoever has the session of that token (its digest). Raises SessionRequired, too."""
        kernel, make = together.kernel, self.make
        try:
            put = await together.put(token, lambda name: make(kernel, name, form, rest), self.respond)
        except UnknownTerm as error:
            return orjson.dumps(self._unasked(error))
        return orjson.dumps(self._unasked(None) if put is None else await self.show(together, Told(form, *put)))

    def _unasked(self, error: UnknownTerm | None) -> Any:
        if self.nothing is None and error is not None:
            raise error
        return self.nothing(error) if self.nothing else None


def _written(answer: Any) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")


Lanes = Mapping[str, Lane[Any, Any]]
"""By path; a path that ends in a slash is followed by a record's id."""


class Wicket:
    """Stands behind the bounds that hold for every request."""

    def __init__(self, app: ASGIApp, lanes: Lanes, groups: Groups) -> None:
        self.app, self._lanes, self._groups = app, lanes, groups

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        lane, rest = self._lane(scope)
        token = _token(scope["headers"]) if lane else None
        if lane is None or token is None:
            await self.app(scope, receive, send)
            return
        message = await _read(receive)
        form = _form(lane.form, message)
        if form is None:
            await self.app(scope, _again(message, receive), send)
            return
        try:
            status, body = 200, await lane.answer_of(self._groups, token, form, rest)
        except Exception as error:
            status, body = _refusal(error)
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", JSON)]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _lane(self, scope: Scope) -> tuple[Lane[Any, Any] | None, str]:
        if scope["type"] != "http" or scope["method"] != "POST":
            return None, ""
        path = scope["path"]
        if lane := self._lanes.get(path):
            return lane, ""
        start, slash, rest = path.rpartition("/")
        lane = self._lanes.get(start + slash)
        return (lane, rest) if lane and RECORD_ID.fullmatch(rest) else (None, "")


def _token(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The digest of the session's token, of a request that says once each who asks and that it brings JSON."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in WANTED:
            if name in found:
                return None
            found[name] = value
    token = TOKEN.fullmatch(found.get(b"authorization", b""))
    return sha256(token[1]).digest() if token and found.get(b"content-type") == JSON else None


def _refusal(error: Exception) -> tuple[int, bytes]:
    if isinstance(error, LedgerError):
        return errors.status_of(error), orjson.dumps(errors.said(error))
    LOGGER.error("a question failed in a way nobody expected", exc_info=error)
    return 500, orjson.dumps(errors.UNEXPECTED)


async def _read(receive: Receive) -> Message | HTTPException:
    """The first message, or why it is not taken."""
    try:
        return await receive()
    except HTTPException as error:
        return error


def _form(kind: type[F], message: Message | HTTPException) -> F | None:
    """What a body says that came in one piece; None where the framework should say what is wrong with it."""
    if isinstance(message, HTTPException) or message["type"] != "http.request" or message.get("more_body"):
        return None
    try:
        return kind.model_validate_json(message.get("body", b""))
    except ValidationError:
        return None


def _again(first: Message | HTTPException, receive: Receive) -> Receive:
    """The same messages once more, from the first."""
    waiting = [first]

    async def again() -> Message:
        message = waiting.pop() if waiting else await receive()
        if isinstance(message, HTTPException):
            raise message
        return message

    return again
