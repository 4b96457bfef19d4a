"""Pages of the services."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import FastAPI

from mydata_ledger.api.slices import Slice
from mydata_ledger.scripts.pages.files import PageFiles


def service_pages(app: FastAPI, services: Iterable[Slice]) -> None:
    """Add the page of each service that has one, at `/services/NAME/`, and its messages below it."""
    for service in services:
        path = f"/services/{service.catalog.name}"
        if service.page:
            app.mount(f"{path}/messages", PageFiles(service.page.parent / "messages"))
            app.mount(path, PageFiles(service.page, html=True))
