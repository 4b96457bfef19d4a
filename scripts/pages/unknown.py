"""Unknown paths, and paths that a browser cannot open: a page for people, JSON for programs."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mydata_ledger.api.errors import handle_http_exception
from mydata_ledger.scripts.pages.languages import page_in_language


def add_unknown_page(app: FastAPI) -> None:
    """Answer a path that no route has, or none that is opened: a browser that opens it gets a page, a program an error,
    for instance `no_such_route`.
    """
    for status in (404, 405):
        app.add_exception_handler(status, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException) or not _opens_a_page(request):
        return await handle_http_exception(request, error)
    page = page_in_language(request, "unknown")
    if page.status_code == 200:
        page.status_code = error.status_code
        page.headers["cache-control"] = "no-store"
        del page.headers["etag"]
    return page


def _opens_a_page(request: Request) -> bool:
    """Whether a browser opens an address; for a script, a style or a picture it does not name HTML."""
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")
