"""Routes of the health service: records in and out, links that a person shares, and the clinical profile."""

from fastapi import APIRouter

from mydata_ledger.services.health.routes import links, profile, records

router = APIRouter()
router.include_router(records.router)
router.include_router(links.router)
router.include_router(profile.router)

__all__ = ["router"]
