"""Routes of the health service: records in and out, and links that a person shares."""

from fastapi import APIRouter

from mydata_ledger.services.health.routes import links, records

router = APIRouter()
router.include_router(records.router)
router.include_router(links.router)

__all__ = ["router"]
