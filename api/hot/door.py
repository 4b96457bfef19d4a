"""The plain ASGI endpoint in front of the framework: bounds, session, question, answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from mydata_ledger.api.auth import Premises
from mydata_ledger.api.bounds import CAREFUL, REQUEST_ID
from mydata_ledger.api.groups import Answer, Groups
from mydata_ledger.api.hot import forms
from mydata_ledger.api.hot.answers import alone, refusal, whole
from mydata_ledger.api.hot.forms import Form
from mydata_ledger.api.pace import AskedTooOften, Pace
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.errors import LedgerError, MalformedInput, SessionRequired, TooLarge
from mydata_ledger.ledger.kernel import Kernel

LARGEST = {"/access/v1/evaluation": 64 * 1024, "/access/v1/evaluations": 2 * 1024 * 1024}
"""Bytes of a body."""
Read = Callable[[Kernel, bytes], Form]
READERS: dict[str, Read] = {
    "/access/v1/evaluation": forms.evaluation,
    "/access/v1/evaluations": forms.evaluations,
}
PLAIN_HEADERS = [(b"content-type", b"application/json"), *CAREFUL.items()]


class HotDoor:
    """Answers POST on its two paths and leaves everything else to the app behind it. Each question counts towards the
    pace of its session.
    """

    def __init__(self, app: ASGIApp, house: Premises, groups: Groups | None = None, pace: Pace | None = None) -> None:
        self.app, self._house, self._pace = app, house, pace or Pace(0)
        self._groups = groups or Groups(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in READERS:
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        later = 0
        try:
            status, body = 200, await self._answered(scope["path"], headers, receive)
        except Exception as error:
            status, body = refusal(error)
            later = error.later if isinstance(error, AskedTooOften) else 0
        said = _headers(headers, status, body, later)
        await send({"type": "http.response.start", "status": status, "headers": said})
        await send({"type": "http.response.body", "body": body})

    async def _answered(self, path: str, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        token = _token(headers)
        self._pace.take(token)
        body = await _body(headers, receive, LARGEST[path])
        form = READERS[path](self._house.kernel, body)
        if len(form.questions) > 1:
            self._pace.take(token, len(form.questions) - 1)
        answers = await (self._all if form.semantic == forms.EXECUTE_ALL else self._until)(token, form)
        return orjson.dumps(alone(answers[0]) if form.single else whole(answers))

    async def _all(self, token: bytes, form: Form) -> Sequence[Answer]:
        put = [question for question in form.questions if isinstance(question, AccessRequest)]
        answers = iter(await self._groups.ask(token, put))
        return [next(answers) if isinstance(one, AccessRequest) else one for one in form.questions]

    async def _until(self, token: bytes, form: Form) -> Sequence[Answer]:
        """One after another, for a live session only; what lies behind the answer that decides is not asked and leaves
        no receipt.
        """
        answers: list[Answer] = []
        await self._groups.ask(token, [])
        for question in form.questions:
            asked = isinstance(question, AccessRequest)
            answers += await self._groups.ask(token, [question]) if asked else [question]  # type: ignore[list-item]
            last = answers[-1]
            permitted = not isinstance(last, LedgerError) and last[0].permitted
            if permitted == (form.semantic == forms.FIRST_PERMIT):
                break
        return answers


def _token(headers: Mapping[bytes, bytes]) -> bytes:
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer" or not token:
        raise SessionRequired("sign in first: POST /session/challenges, sign the message, POST /sessions")
    return sha256(token.strip()).digest()


async def _body(headers: Mapping[bytes, bytes], receive: Receive, largest: int) -> bytes:
    """The whole body. Raises TooLarge, MalformedInput for another media type (AuthZEN has one status for what is
    asked wrongly) and when the caller went away.
    """
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
        raise MalformedInput("send `content-type: application/json`")
    declared = headers.get(b"content-length", b"0")
    parts, size, more = [], int(declared) if declared.isdigit() else 0, True
    while more and size <= largest:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise MalformedInput("the connection was closed before the body was complete")
        parts.append(message.get("body", b""))
        more, size = message.get("more_body", False), sum(map(len, parts))
    if size > largest:
        raise TooLarge(f"this request has at most {largest} bytes; split it into smaller ones")
    return b"".join(parts)


def _headers(asked: Mapping[bytes, bytes], status: int, body: bytes, later: int) -> list[tuple[bytes, bytes]]:
    given = asked.get(b"x-request-id", b"")
    name = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8).encode()
    made = [*PLAIN_HEADERS, (b"content-length", b"%d" % len(body)), (b"x-request-id", name)]
    if status == 401:
        made.append((b"www-authenticate", b"Bearer"))
    if later:
        made.append((b"retry-after", b"%d" % later))
    if status == 413:
        made.append((b"connection", b"close"))
    return made
