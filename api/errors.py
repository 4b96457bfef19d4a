"""Refusals and their HTTP faces: one table, one handler, one shape."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
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


class Refusal(BaseModel):
    """How every refusal looks. Absent and forbidden carry the same code and nothing else."""

    error: str = Field(examples=["stale_consent"])
    detail: str | None = Field(default=None, examples=["version 2 was accepted already; ask for a new draft"])


def status_of(error: errors.LedgerError) -> int:
    """The HTTP status of an error: its own branch's."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def said(error: errors.LedgerError) -> dict[str, str]:
    """The refusal in the shape that all have."""
    return {"error": error.code} if isinstance(error, SAME_FACE) else {"error": error.code, "detail": str(error)}


def answer(error: errors.LedgerError) -> JSONResponse:
    """The refusal as it leaves the house."""
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, errors.SessionRequired) else None
    return JSONResponse(said(error), status_of(error), headers)


def install(app: FastAPI) -> None:
    """Give `app` the one handler for each kind of refusal."""
    app.add_exception_handler(errors.LedgerError, _of_the_ledger)
    app.add_exception_handler(RequestValidationError, _of_the_form)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(Exception, _of_nobody)


async def _of_the_ledger(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.LedgerError)  # noqa: S101 - narrows for the type checker; registered for this only
    return answer(error)


async def _of_the_form(_: Request, error: Exception) -> JSONResponse:
    """Where the form is wrong, never what was written there."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return JSONResponse({"error": "malformed_input", "detail": f"`{place[:120]}`: {first['msg'].lower()}"}, 400)


async def _of_nobody(_: Request, __: Exception) -> JSONResponse:
    """What nobody expected: the server writes it to its log, the caller gets the shape that all refusals have."""
    return JSONResponse(UNEXPECTED, 500)


async def _of_the_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if error.status_code == 405:
        return JSONResponse({"error": CODES[405]}, 405, {"Allow": ", ".join(_allowed(request))})
    body = {"error": CODES.get(error.status_code, "refused")}
    if error.status_code not in {404, 405}:
        body["detail"] = str(error.detail).lower()
    return JSONResponse(body, error.status_code, error.headers)


def _allowed(request: Request) -> list[str]:
    """All methods that the path knows: the framework names those of the first route only (RFC 9110 §15.5.6)."""
    routes, scope = request.app.routes, request.scope
    return [one for one in METHODS if any(r.matches({**scope, "method": one})[0] is Match.FULL for r in routes)]
