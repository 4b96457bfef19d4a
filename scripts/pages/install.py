"""All pages of a ledger and their files. No page loads anything from another origin, or has a script in its HTML."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from mydata_ledger.scripts.pages.files import PageBody, PageFiles, file_response, text_response
from mydata_ledger.scripts.pages.interface import add_interface
from mydata_ledger.scripts.pages.languages import page_in_language
from mydata_ledger.scripts.pages.portal import add_portal
from mydata_ledger.scripts.pages.unknown import add_unknown_page
from mydata_ledger.scripts.paths import WEB
from mydata_ledger.scripts.verify.page import build as build_page

EXPLORER = ("consents", "records", "access", "parties", "terms", "notices", "notices/{digest}")
"""Parts of the explorer, below its address."""
TEXT_PAGES = {"/": "start", "/status": "status", "/privacy": "privacy", "/explorer": "explorer"}
TEXT_PAGES |= {f"/explorer/{part}": "explorer" for part in EXPLORER}
"""Pages that are files in each language, by path."""


def pages(app: FastAPI, uri: str) -> None:
    """Add the pages and their files to the app of the ledger that people reach at `uri`."""
    add_portal(app, uri)
    app.mount("/web", PageFiles(WEB), name="web")
    for path, name in TEXT_PAGES.items():
        _add_text_page(app, path, name)
    _add_small_files(app)
    _add_verifier(app)
    add_interface(app)
    add_unknown_page(app)


def _add_text_page(app: FastAPI, path: str, name: str) -> None:
    def text_page(request: Request) -> Response:
        return page_in_language(request, name)

    app.add_route(path, text_page, include_in_schema=False)


def _add_small_files(app: FastAPI) -> None:
    """The icon that browsers fetch by themselves, and the manifest of the portal as an app."""

    def icon(request: Request) -> Response:
        return file_response(request.headers, WEB / "mark.svg")

    def manifest(request: Request) -> Response:
        return page_in_language(request, "manifest", "webmanifest")

    app.add_route("/favicon.ico", icon, include_in_schema=False)
    app.add_route("/manifest.webmanifest", manifest, include_in_schema=False)


def _add_verifier(app: FastAPI) -> None:
    """The verifier, whose policy names its script and its style by their hashes; it stands in the file too."""
    page = build_page()
    body = PageBody.of(page.html)

    def verifier(request: Request) -> Response:
        name = {"content-disposition": 'inline; filename="verify.html"'}
        return text_response(request.headers, "verify.html", body, f"{page.policy}; frame-ancestors 'none'", name)

    app.add_route("/verify", verifier, include_in_schema=False)
