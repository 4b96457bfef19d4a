"""Refusals and their HTTP faces: one table, one renderer, one shape."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from mydata_ledger.ledger import errors

STATUS: dict[type[errors.LedgerError], int] = {
    errors.MalformedInput: 400,
    errors.SessionRequired: 401,
    errors.PasscodeInvalid: 401,
    errors.SignatureInvalid: 403,
    errors.NotEntitled: 403,
    errors.ReceiptRequired: 403,
    errors.AccessDenied: 404,
    errors.NotFound: 404,
    errors.StaleConsent: 409,
    errors.KeyDestroyed: 410,
    errors.TooLarge: 413,
    errors.InvalidStatement: 422,
    errors.ProofInvalid: 422,
    errors.TooManyRequests: 429,
    errors.IntegrityFailure: 502,
    errors.SourceUnavailable: 503,
}
SAME_FACE = (errors.AccessDenied, errors.NotFound)
UNEXPECTED = {"error": "internal_error", "detail": "this was not expected; ask again later"}
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
CODES = {400: "malformed_input", 404: "access_denied", 405: "method_not_allowed", 413: "too_large"}


RawHeaders = tuple[tuple[bytes, bytes], ...]


class RateExceeded(errors.TooManyRequests):
    """A caller asks too often; `later` is how many whole seconds they have to wait."""

    code = errors.TooManyRequests.code

    def __init__(self, seconds: float) -> None:
        self.later = math.ceil(seconds)
        super().__init__(f"you ask more often than this ledger answers; try again in {self.later} s")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer in JSON; `headers` are those beside content type and length."""

    status: int
    body: bytes
    headers: RawHeaders = ()


class Refusal(BaseModel):
    """How every refusal looks. Absent and forbidden carry the same code and nothing else."""

    error: str = Field(examples=["stale_consent"])
    detail: str | None = Field(default=None, examples=["version 2 was accepted already; ask for a new draft"])


def status_of(error: errors.LedgerError) -> int:
    """The HTTP status of an error: its own branch's."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def refusal_members(error: errors.LedgerError) -> dict[str, str]:
    """The refusal in the shape that all have."""
    return {"error": error.code} if isinstance(error, SAME_FACE) else {"error": error.code, "detail": str(error)}


def refusal(error: Exception, write: Callable[[Any], bytes] = orjson.dumps) -> Reply:
    """The answer to a request that ended in this error: one of the ledger's, or one that nobody expected."""
    if not isinstance(error, errors.LedgerError):
        return Reply(500, write(UNEXPECTED))
    headers: RawHeaders = ()
    if isinstance(error, errors.SessionRequired):
        headers = ((b"www-authenticate", b"Bearer"),)
    elif isinstance(error, RateExceeded):
        headers = ((b"retry-after", b"%d" % error.later),)
    return Reply(status_of(error), write(refusal_members(error)), headers)


def closing(reply: Reply) -> Reply:
    """The answer that also ends the connection where the rest of a body that is too large would still come."""
    return replace(reply, headers=(*reply.headers, (b"connection", b"close"))) if reply.status == 413 else reply


def install(app: FastAPI) -> None:
    """Give `app` the one handler for each kind of refusal."""
    app.add_exception_handler(errors.LedgerError, _of_an_error)
    app.add_exception_handler(RequestValidationError, _of_the_form)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(Exception, _of_an_error)


async def _of_an_error(_: Request, error: Exception) -> Response:
    """One of the ledger's; or of nobody, which the server writes to its log."""
    return response(refusal(error))


async def _of_the_form(_: Request, error: Exception) -> Response:
    """Where the form is wrong, never what was written there."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows for the type checker; registered for this only
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "body"
    wrong = {"error": "malformed_input", "detail": f"`{place[:120]}`: {first['msg'].lower()}"}
    return response(Reply(400, orjson.dumps(wrong)))


async def _of_the_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    status, headers = error.status_code, error.headers or {}
    body = {"error": CODES.get(status, "refused")}
    if status == 405:
        headers = {"allow": ", ".join(_allowed(request))}
    elif status != 404:
        body["detail"] = str(error.detail).lower()
    return response(Reply(status, orjson.dumps(body), tuple((k.encode(), v.encode()) for k, v in headers.items())))


def response(reply: Reply) -> Response:
    """The answer as the framework sends it."""
    made = Response(reply.body, reply.status, media_type="application/json")
    made.raw_headers.extend(reply.headers)
    return made


def _allowed(request: Request) -> list[str]:
    """All methods that the path knows: the framework names those of the first route only (RFC 9110 §15.5.6)."""
    routes, scope = request.app.routes, request.scope
    return [one for one in METHODS if any(r.matches({**scope, "method": one})[0] is Match.FULL for r in routes)]
