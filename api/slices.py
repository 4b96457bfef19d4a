"""What a service gives the app: its vocabulary, and its routes if it has any."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter

from mydata_ledger.ledger.vocabulary import Catalog


@dataclass(frozen=True, slots=True)
class Slice:
    """One service. `scripts.serve` finds the services and passes them to `create_app`."""

    catalog: Catalog
    router: APIRouter | None = None
