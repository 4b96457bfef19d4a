"""Web pages of the API: status page, portal, verifier, and description of the HTTP interface."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from mydata_ledger.api.slices import Slice
from mydata_ledger.scripts.listening import by_name
from mydata_ledger.scripts.npm import node_modules
from mydata_ledger.scripts.paths import WEB
from mydata_ledger.scripts.verify.page import build as build_page

PORTAL_POLICY = "; ".join(
    ["default-src 'none'", *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect"))]
    + [f"{kind} 'none'" for kind in ("base-uri", "form-action", "frame-ancestors")]
)
"""Content security policy of the portal: it may load from and connect to this origin only, without inline scripts."""
SWAGGER = node_modules() / "swagger-ui-dist"
WITHOUT_SWAGGER = """<!doctype html><html lang="en"><title>MyData Ledger: HTTP interface</title>
<p>The interface is described in OpenAPI: <a href="/openapi.json">/openapi.json</a>. To browse it here, serve the ledger
with the extra <code>devnet</code> installed.</p></html>"""


def _add_portal(app: FastAPI, uri: str) -> None:
    """Add the portal, under the host name that passkeys are bound to."""

    @app.get("/portal/statements.js", include_in_schema=False)
    def statements() -> FileResponse:
        return FileResponse(WEB / "built" / "statements.js", media_type="text/javascript")

    @app.get("/portal", include_in_schema=False)
    @app.get("/portal/{path:path}", include_in_schema=False)
    def portal(request: Request) -> Response:
        if by_name(uri, request.headers.get("host", "")):
            return RedirectResponse(f"{uri.rstrip('/')}{request.url.path}", headers={"cache-control": "no-store"})
        return FileResponse(WEB / "portal" / "index.html", headers={"content-security-policy": PORTAL_POLICY})


class Files(StaticFiles):
    """Static files of the pages; a page opened by its file name has the content security policy of the portal too."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with one file."""
        response = await super().get_response(path, scope)
        response.headers["content-security-policy"] = PORTAL_POLICY
        return response


def service_pages(app: FastAPI, services: Iterable[Slice]) -> None:
    """Add the page of each service that has one, at `/services/NAME/`, and its messages below it."""
    for service in services:
        path = f"/services/{service.catalog.name}"
        if service.page:
            app.mount(f"{path}/messages", Files(directory=service.page.parent / "messages"))
            app.mount(path, Files(directory=service.page, html=True))


def pages(app: FastAPI, uri: str) -> None:
    """Add the pages and their assets; no page loads anything from another origin."""
    _add_portal(app, uri)
    app.mount("/web", Files(directory=WEB), name="web")

    @app.get("/", include_in_schema=False)
    def status() -> FileResponse:
        return FileResponse(WEB / "index.html", headers={"content-security-policy": "default-src 'self'"})

    @app.get("/verify", include_in_schema=False)
    def verifier() -> HTMLResponse:
        return HTMLResponse(build_page().html, headers={"content-disposition": 'inline; filename="verify.html"'})

    _add_description(app)


def _add_description(app: FastAPI) -> None:
    """Describe the HTTP interface with Swagger UI, if its npm package is installed."""
    if SWAGGER.is_dir():
        app.mount("/swagger", StaticFiles(directory=SWAGGER), name="swagger")

    @app.get("/docs", include_in_schema=False)
    def description() -> HTMLResponse:
        if not SWAGGER.is_dir():
            return HTMLResponse(WITHOUT_SWAGGER)
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="MyData Ledger: HTTP interface",
            swagger_js_url="/swagger/swagger-ui-bundle.js",
            swagger_css_url="/swagger/swagger-ui.css",
            swagger_favicon_url="/web/mark.svg",
            swagger_ui_parameters={"docExpansion": "none", "defaultModelsExpandDepth": 0},
        )
