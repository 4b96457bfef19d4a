"""The records that the caller issued, as their holder sees them: no content, and no record of another holder."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.guard import KNOWN_PARAMETERS_ONLY
from mydata_ledger.api.schemas import Hex32, RecordView, record_document, to_hex
from mydata_ledger.ledger.record import Record

router = APIRouter(tags=["records"])
Before = Annotated[int | None, Query(ge=0, le=2**62, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]


class IssuedRecordView(RecordView):
    """A record of the caller, about whom it is, and which earlier record it corrects (zero for none)."""

    data_subject: str
    supersedes: Hex32

    @classmethod
    def of(cls, record: Record) -> IssuedRecordView:
        """The view of a record."""
        issue = record.issue
        person, corrected = to_hex(issue.data_subject), to_hex(issue.supersedes)
        return cls(**record_document(record), data_subject=person, supersedes=corrected)


class IssuedRecordPage(BaseModel):
    """One page, newest first; `next` is null after the last one."""

    records: list[IssuedRecordView]
    next: int | None = Field(description="`before` of the next page; a page may be empty and have one")


@router.get("/holder/records", dependencies=[KNOWN_PARAMETERS_ONLY])
def list_issued_records(
    caller: SignedIn, kernel: KernelDep, before: Before = None, limit: Limit = 50
) -> IssuedRecordPage:
    """The records that the caller issued, newest first, without their contents.

    A page examines at most 2,000 statements of the log, so that it may hold fewer records than `limit`.
    """
    page = kernel.records.issued.page(caller.name, before, limit)
    return IssuedRecordPage(records=[IssuedRecordView.of(record) for record in page.records], next=page.following)
