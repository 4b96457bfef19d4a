"""Records: drafted and sealed here, signed by their holder, listed for their data subject."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.schemas import ZERO, Form, Hex, Hex32, RecordView, Seconds, Term, proof_document, shown
from mydata_ledger.ledger.errors import MalformedInput, NotFound
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.receipt import RECORDS
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.typed_data import parse, read_hex

router = APIRouter(tags=["records"])
MAX_RECORDS = 1_000
Position = Annotated[int, Path(ge=0, le=2**62, description="the record's place in the log")]


class UploadForm(Form):
    """One record: its exact bytes in base64, whose it is, what kind, and what time it is about."""

    data_subject: Hex
    category: Term
    media_type: Annotated[str, Field(min_length=3, max_length=127, examples=["application/fhir+json"])]
    content_base64: str
    data_from: Seconds = 0
    data_until: Seconds = 0
    supersedes: Hex32 = ZERO
    lock: Hex32 = ZERO

    def upload(self) -> Upload:
        """The kernel's word for it. Raises MalformedInput."""
        try:
            content = base64.b64decode(self.content_base64, validate=True)
        except ValueError as error:
            raise MalformedInput("`content_base64` is not base64") from error
        return Upload(
            data_subject=subject_bytes(self.data_subject),
            category=self.category,
            media_type=self.media_type,
            content=content,
            data_from=self.data_from,
            data_until=self.data_until,
            supersedes=read_hex(self.supersedes, "supersedes", 32),
            lock=read_hex(self.lock, "lock", 32),
        )


class UploadsForm(Form):
    """Up to 1,000 records in one call."""

    records: Annotated[list[UploadForm], Field(min_length=1, max_length=MAX_RECORDS)]


class IssueDrafts(BaseModel):
    """One statement to sign for each record, in the order given."""

    drafts: list[dict[str, Any]]


class SignedIssue(Form):
    """A draft's message and the holder's signature over it."""

    message: dict[str, Any]
    signature: Hex


class SignedIssues(Form):
    """All are accepted, or none."""

    records: Annotated[list[SignedIssue], Field(min_length=1, max_length=MAX_RECORDS)]


class IssuedRecord(BaseModel):
    """Where a record lies."""

    record_id: Hex32
    position: int


class IssuedRecords(BaseModel):
    """In the order given."""

    records: list[IssuedRecord]


@router.post("/records/drafts", status_code=201)
def draft_records(form: UploadsForm, caller: SignedIn, kernel: KernelDep) -> IssueDrafts:
    """Seal records and return the statements for the holder to sign; nothing is issued yet."""
    drafts = kernel.records.issues.draft(caller.name, [record.upload() for record in form.records])
    return IssueDrafts(drafts=[draft.typed for draft in drafts])


@router.post("/records", status_code=202)
def issue(form: SignedIssues, kernel: KernelDep, _: SignedIn) -> IssuedRecords:
    """Hand in signed issues."""
    signed = [(parse(Issue, one.message), read_hex(one.signature, "signature")) for one in form.records]
    logged = kernel.records.issues.accept(signed)
    return IssuedRecords(
        records=[
            IssuedRecord(record_id=shown(issue.record_id), position=place.position)
            for (issue, _), place in zip(signed, logged, strict=True)
        ]
    )


@router.get("/records")
def records(caller: SignedIn, kernel: KernelDep) -> list[RecordView]:
    """The caller's own records, oldest first."""
    return [RecordView.of(record) for record in kernel.queries.records_of(caller.signer)]


@router.get("/records/{position}/copy")
def copy(position: Position, caller: SignedIn, house: AppContextDep) -> dict[str, Any]:
    """A record's issue as a proof document, without its content: for its data subject and for its holder."""
    logged = house.kernel.queries.statement(RECORDS, position)
    said = logged.signed.statement if logged else None
    if not isinstance(said, Issue) or (said.data_subject != caller.signer and said.holder != caller.name):
        raise NotFound
    return proof_document(house.kernel.records.proofs.prove(RECORDS, position), dict(house.settings.registries))
