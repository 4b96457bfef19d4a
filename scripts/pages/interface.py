"""The description of the HTTP interface, `/docs`: a worked sign-in, and Swagger UI, if its npm package is installed."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from mydata_ledger.scripts.npm import node_modules
from mydata_ledger.scripts.pages.files import PageFiles, file_response
from mydata_ledger.scripts.pages.languages import FOLDER
from mydata_ledger.scripts.pages.policies import INTERFACE_POLICY

SWAGGER = node_modules() / "swagger-ui-dist"


def add_interface(app: FastAPI) -> None:
    """Add `/docs`, whose scripts are files of ours and of the npm package."""
    if SWAGGER.is_dir():
        app.mount("/swagger", PageFiles(SWAGGER, policy=INTERFACE_POLICY), name="swagger")

    def interface(request: Request) -> Response:
        return file_response(request.headers, FOLDER / "interface.html", INTERFACE_POLICY)

    app.add_route("/docs", interface, include_in_schema=False)
