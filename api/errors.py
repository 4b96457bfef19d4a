"""Errors as HTTP responses: one table of statuses, one renderer, one JSON form."""

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

from mydata_ledger.api.error_sentences import sentence_for
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
    errors.TooManyPeople: 422,
    errors.ProofInvalid: 422,
    errors.TooManyRequests: 429,
    errors.IntegrityFailure: 502,
    errors.SourceUnavailable: 503,
}
INDISTINGUISHABLE = (errors.AccessDenied, errors.NotFound)
UNEXPECTED = {"error": "internal_error", "detail": "this was not expected; ask again later"}
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
CODES = {400: "malformed_input", 404: "no_such_route", 405: "method_not_allowed", 413: "too_large"}


RawHeaders = tuple[tuple[bytes, bytes], ...]


class RateExceeded(errors.TooManyRequests):
    """The caller exceeded a rate limit; `retry_after` is the number of whole seconds to wait."""

    code = errors.TooManyRequests.code

    def __init__(self, seconds: float) -> None:
        self.retry_after = math.ceil(seconds)
        super().__init__(f"you ask more often than this ledger answers; try again in {self.retry_after} s")


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete JSON response; `headers` are those beside content type and length."""

    status: int
    body: bytes
    headers: RawHeaders = ()


class Refusal(BaseModel):
    """The body of every error response. Not found and not permitted have the same code and no detail. `message` says
    what the code means, in Korean or English, if the request has an Accept-Language header that names one of them.
    """

    error: str = Field(examples=["stale_consent"])
    detail: str | None = Field(default=None, examples=["version 2 was accepted already; ask for a new draft"])
    message: str | None = Field(default=None, examples=["먼저 로그인해 주세요."])


def status_of(error: errors.LedgerError) -> int:
    """The HTTP status of an error: that of the nearest class in STATUS."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def refusal_members(error: errors.LedgerError) -> dict[str, str]:
    """The members of the error response's JSON object."""
    return (
        {"error": error.code} if isinstance(error, INDISTINGUISHABLE) else {"error": error.code, "detail": str(error)}
    )


def refusal(error: Exception, serialize: Callable[[Any], bytes] = orjson.dumps) -> Reply:
    """The response to a request that ended in an error; an error that is not the ledger's becomes status 500."""
    if not isinstance(error, errors.LedgerError):
        return Reply(500, serialize(UNEXPECTED))
    headers: RawHeaders = ()
    if isinstance(error, errors.SessionRequired):
        headers = ((b"www-authenticate", b"Bearer"),)
    elif isinstance(error, RateExceeded):
        headers = ((b"retry-after", b"%d" % error.retry_after),)
    return Reply(status_of(error), serialize(refusal_members(error)), headers)


def with_message(reply: Reply, accept_language: str) -> Reply:
    """The error response with `message` in the language of an Accept-Language header; unchanged if it names none."""
    body = orjson.loads(reply.body) if accept_language else None
    found = sentence_for(body.get("error"), accept_language) if isinstance(body, dict) else None
    if not isinstance(body, dict) or found is None:
        return reply
    language, text = found
    headers = ((b"content-language", language.encode()), (b"vary", b"accept-language"))
    return replace(reply, body=orjson.dumps(body | {"message": text}), headers=(*reply.headers, *headers))


def closing(reply: Reply) -> Reply:
    """The reply, which for status 413 also closes the connection, since the rest of the large body
    would still arrive.
    """
    return replace(reply, headers=(*reply.headers, (b"connection", b"close"))) if reply.status == 413 else reply


def install(app: FastAPI) -> None:
    """Register the error handlers with `app`."""
    app.add_exception_handler(errors.LedgerError, _handle_error)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, handle_http_exception)
    app.add_exception_handler(Exception, _handle_error)


async def _handle_error(request: Request, error: Exception) -> Response:
    """An error of the ledger; the server logs any other one."""
    return _response(refusal(error), request)


async def _handle_validation_error(request: Request, error: Exception) -> Response:
    """Which member is wrong, without the value that was sent."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    location = ".".join(str(part) for part in first["loc"][1:]) or "body"
    body = {"error": "malformed_input", "detail": f"`{location[:120]}`: {_as_clause(first['msg'])}"}
    return _response(Reply(400, orjson.dumps(body)), request)


def _as_clause(text: str) -> str:
    """The text with a small first letter; the rest may quote a pattern or a name, and stays."""
    return text[:1].lower() + text[1:]


async def handle_http_exception(request: Request, error: Exception) -> Response:
    """What the framework refuses; 404 is a path that no route has."""
    if not isinstance(error, HTTPException):
        raise error
    status, headers = error.status_code, error.headers or {}
    body = {"error": CODES.get(status, "refused")}
    if status == 405:
        headers = {"allow": ", ".join(_allowed_methods(request))}
    elif status != 404:
        body["detail"] = _as_clause(str(error.detail))
    raw = tuple((name.encode(), value.encode()) for name, value in headers.items())
    return _response(Reply(status, orjson.dumps(body), raw), request)


def _response(reply: Reply, request: Request) -> Response:
    return response(with_message(reply, request.headers.get("accept-language", "")))


def response(reply: Reply) -> Response:
    """The reply as a Starlette response."""
    result = Response(reply.body, reply.status, media_type="application/json")
    result.raw_headers.extend(reply.headers)
    return result


def _allowed_methods(request: Request) -> list[str]:
    """Every method of a path; Starlette would name those of the first route only (RFC 9110 §15.5.6)."""
    routes, scope = request.app.routes, request.scope
    return [
        method
        for method in METHODS
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    ]
