"""Routes of the trials service: records that a trial may read, terms on data, and counts of people."""

from fastapi import APIRouter

from mydata_ledger.services.trials.routes import counts, records

router = APIRouter()
router.include_router(records.router)
router.include_router(counts.router)

__all__ = ["router"]
