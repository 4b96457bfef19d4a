"""Pages of the services, and the list from which the workspaces link them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from mydata_ledger.api.slices import Slice
from mydata_ledger.scripts.pages.files import PageFiles


def service_pages(app: FastAPI, services: Iterable[Slice]) -> None:
    """Add the page of each service that has one, at `/services/NAME/`, its messages below it, and `/services`."""
    listed = []
    for service in services:
        path = f"/services/{service.catalog.name}"
        if service.page:
            listed.append(_listed(service, path))
            app.mount(f"{path}/messages", PageFiles(service.page.parent / "messages"))
            app.mount(path, PageFiles(service.page, html=True))

    def list_pages(_: Request) -> Response:
        return JSONResponse({"pages": listed})

    app.add_route("/services", list_pages, include_in_schema=False)


def _listed(service: Slice, path: str) -> dict[str, Any]:
    """A page with the roles that it is for and its name by language."""
    names = {
        language: orjson.loads(text.read_bytes()).get("title", service.catalog.name)
        for language, text in service.messages.items()
    }
    return {"name": service.catalog.name, "path": f"{path}/", "roles": service.page_roles, "names": names}
