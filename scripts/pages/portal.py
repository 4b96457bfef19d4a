"""The portal: one page for every address below `/portal`, under the host name that passkeys are bound to."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mydata_ledger.scripts.listening import by_name
from mydata_ledger.scripts.pages.files import file_response
from mydata_ledger.scripts.paths import WEB

INDEX = WEB / "portal" / "index.html"
STATEMENTS = WEB / "built" / "statements.js"


def add_portal(app: FastAPI, uri: str) -> None:
    """Add `/portal`, which opens at every address below it too, so that a place in it can be linked to."""

    def portal(request: Request) -> Response:
        if by_name(uri, request.headers.get("host", "")):
            return RedirectResponse(uri.rstrip("/") + _address(request), headers={"cache-control": "no-store"})
        if "." in request.url.path:
            raise HTTPException(404)
        return file_response(request.headers, INDEX)

    def statements(request: Request) -> Response:
        return file_response(request.headers, STATEMENTS)

    app.add_route("/portal/statements.js", statements, include_in_schema=False)
    for path in ("/portal", "/portal/{place:path}"):
        app.add_route(path, portal, include_in_schema=False)


def _address(request: Request) -> str:
    """Path and query of a request as they were sent, in which nothing is decoded."""
    query = request.scope["query_string"].decode("latin-1")
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.decode("latin-1").partition("?")[0] + (f"?{query}" if query else "")
