"""Portal and workspace: one page for every address below each, under the host name that passkeys are bound to."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mydata_ledger.scripts.listening import by_name
from mydata_ledger.scripts.pages.files import file_response
from mydata_ledger.scripts.paths import WEB

STATEMENTS = WEB / "built" / "statements.js"
PLACES = ("portal", "workspace")
"""Pages that open at every address below their name, so that a place in them can be linked to."""
ROLE_ADDRESSES = ("hospital", "insurer", "merchant", "operator", "researcher", "responder", "reviewer", "trial")
"""Addresses that people try; each leads to the workspace."""


def add_portal(app: FastAPI, uri: str) -> None:
    """Add the pages of PLACES, and the ways to them."""

    def statements(request: Request) -> Response:
        return file_response(request.headers, STATEMENTS)

    def workspace(_: Request) -> Response:
        return RedirectResponse("/workspace")

    app.add_route("/portal/statements.js", statements, include_in_schema=False)
    for place in PLACES:
        _add_place(app, place, uri)
    for role in ROLE_ADDRESSES:
        app.add_route(f"/{role}", workspace, include_in_schema=False)


def _add_place(app: FastAPI, place: str, uri: str) -> None:
    index = WEB / place / "index.html"

    def page(request: Request) -> Response:
        if by_name(uri, request.headers.get("host", "")):
            return RedirectResponse(uri.rstrip("/") + _address(request), headers={"cache-control": "no-store"})
        if "." in request.url.path:
            raise HTTPException(404)
        return file_response(request.headers, index)

    for path in (f"/{place}", f"/{place}/{{below:path}}"):
        app.add_route(path, page, include_in_schema=False)


def _address(request: Request) -> str:
    """Path and query of a request as they were sent, in which nothing is decoded."""
    query = request.scope["query_string"].decode("latin-1")
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.decode("latin-1").partition("?")[0] + (f"?{query}" if query else "")
