"""Records: drafted and sealed here, signed by their holder, listed for their data subject."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import ActingFor, AsPerson
from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.guard import KNOWN_PARAMETERS_ONLY
from mydata_ledger.api.numbers import Message, Seconds
from mydata_ledger.api.own_records import OwnRecordView, own_records
from mydata_ledger.api.patient_numbers import PatientNumber, person_named
from mydata_ledger.api.proof_documents import proof_document
from mydata_ledger.api.schemas import ZERO, Form, Hex, Hex32, Order, Term, to_hex
from mydata_ledger.ledger.errors import MalformedInput, NotFound
from mydata_ledger.ledger.kernel import DraftedRecords, Kernel, RecordStatus, Upload
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import RECORDS
from mydata_ledger.ledger.record import Issue, Record
from mydata_ledger.ledger.record_filter import RecordFilter
from mydata_ledger.ledger.typed_data import parse, read_hex

router = APIRouter(tags=["records"])
MAX_RECORDS = 1_000
ACCOUNT_OR_NONE = "^(0x([0-9a-fA-F]{2}){20,84})?$"
SINCE, UNTIL = "data of this UTC second or later", "data of an earlier UTC second than this"
Position = Annotated[int, Path(ge=0, le=2**62, description="the record's position in the log")]


class UploadForm(Form):
    """One record: its exact bytes in base64, its data subject or the holder's patient number for them, its category and
    media type, and the period it is about.
    """

    data_subject: Hex | None = None
    patient_number: PatientNumber | None = None
    category: Term
    media_type: Annotated[str, Field(min_length=3, max_length=127, examples=["application/fhir+json"])]
    content_base64: str
    data_from: Seconds = 0
    data_until: Seconds = 0
    supersedes: Hex32 = ZERO
    lock: Hex32 = ZERO
    again: Annotated[
        bool, Field(description="issue it even if a record of yours with equal content stands, for instance a receipt")
    ] = False

    def upload(self, kernel: Kernel, holder: str) -> Upload:
        """The kernel's upload. Raises MalformedInput; InvalidStatement for a patient number that is not bound."""
        try:
            content = base64.b64decode(self.content_base64, validate=True)
        except ValueError as error:
            raise MalformedInput("`content_base64` is not base64") from error
        return Upload(
            data_subject=person_named(kernel, holder, self.data_subject, self.patient_number),
            category=self.category,
            media_type=self.media_type,
            content=content,
            data_from=self.data_from,
            data_until=self.data_until,
            supersedes=read_hex(self.supersedes, "supersedes", 32),
            lock=read_hex(self.lock, "lock", 32),
            again=self.again,
        )


class UploadsForm(Form):
    """Up to 1,000 records in one call."""

    records: Annotated[list[UploadForm], Field(min_length=1, max_length=MAX_RECORDS)]


class DuplicateView(BaseModel):
    """A record of the call that was not drafted: the caller's own record `record_id` stands with this content."""

    index: int
    record_id: Hex32


class IssueDrafts(BaseModel):
    """One statement to sign for each record, in the order given, and the records that are duplicates."""

    drafts: list[dict[str, Any]]
    duplicates: list[DuplicateView] = []

    @classmethod
    def of(cls, drafted: DraftedRecords) -> IssueDrafts:
        """The view of what was drafted."""
        duplicates = [DuplicateView(index=n, record_id=to_hex(record)) for n, record in drafted.duplicates.items()]
        return cls(drafts=[draft.typed for draft in drafted.drafts], duplicates=duplicates)


class SignedIssue(Form):
    """The message of a draft and the holder's signature over it."""

    message: Message
    signature: Hex


class SignedIssues(Form):
    """Signed issues; either all are accepted or none."""

    records: Annotated[list[SignedIssue], Field(min_length=1, max_length=MAX_RECORDS)]


class IssuedRecord(BaseModel):
    """An issued record and its position in the log."""

    record_id: Hex32
    position: int


class IssuedRecords(BaseModel):
    """The issued records, in the order given."""

    records: list[IssuedRecord]


@router.post("/records/drafts", status_code=201)
def draft_records(form: UploadsForm, caller: SignedIn, kernel: KernelDep) -> IssueDrafts:
    """Seal records and return the statements for the holder to sign; nothing is issued yet.

    A record whose content equals that of a standing record of the caller about the same person is not drafted again.
    A draft can be signed for seven days.
    """
    uploads = [record.upload(kernel, caller.name) for record in form.records]
    return IssueDrafts.of(kernel.records.issues.draft_new(caller.name, uploads))


@router.post("/records", status_code=202)
def submit_issues(form: SignedIssues, kernel: KernelDep, _: SignedIn) -> IssuedRecords:
    """Submit signed issues."""
    signed = [
        (parse(Issue, signed_issue.message), read_hex(signed_issue.signature, "signature"))
        for signed_issue in form.records
    ]
    logged_issues = kernel.records.issues.accept(signed)
    return IssuedRecords(
        records=[
            IssuedRecord(record_id=to_hex(issue.record_id), position=logged.position)
            for (issue, _), logged in zip(signed, logged_issues, strict=True)
        ]
    )


@router.get("/records", dependencies=[KNOWN_PARAMETERS_ONLY])
def list_records(
    *,
    acting: ActingFor,
    kernel: KernelDep,
    category: Annotated[str, Query(max_length=200, description="this category and those below it")] = "*",
    holder: Annotated[str, Query(pattern=ACCOUNT_OR_NONE, description="the account that issued them")] = "",
    since: Annotated[int | None, Query(ge=-(2**62), le=2**62, description=SINCE)] = None,
    until: Annotated[int | None, Query(ge=-(2**62), le=2**62, description=UNTIL)] = None,
    order: Annotated[Order, Query(description="which records come first")] = Order.OLDEST,
    before: Annotated[
        int | None, Query(ge=0, le=2**62, description="`position` of the last record of the page, newest first")
    ] = None,
    limit: Annotated[int | None, Query(ge=1, le=1_000, description="by default every record")] = None,
) -> list[OwnRecordView]:
    """The caller's own records, oldest first; with `for`, those of a person for whom the caller acts, in the categories
    of the delegation. `same_as` names the others with equal content.

    With `since` and `until`, the records whose data are of that time; one without a data period counts by its issue.
    For pages with the newest record first, ask with `order=newest` and `limit`, and go on with `before`; a page with
    fewer records than `limit` is the last one. Size and media type are sealed with the content, so that this ledger
    does not know them.
    """
    if category != "*":
        kernel.queries.vocabulary.check_category(category)

    def page(records: list[Record]) -> list[Record]:
        is_newest_first = before is not None or order is Order.NEWEST
        listed = [one for one in records if before is None or one.position < before]
        return (listed[::-1] if is_newest_first else listed)[:limit]

    wanted = RecordFilter(category, requester_name(read_hex(holder, "holder")) if holder else "", since, until)
    return own_records(acting, kernel, lambda one: wanted.wants(one.issue), page)


class VerificationForm(Form):
    """The records to verify, up to 1,000 in one call."""

    records: Annotated[list[Hex32], Field(min_length=1, max_length=MAX_RECORDS)]


class VerificationView(BaseModel):
    """The result for one record. `verified`: the payload is that of its CID, its content is what the holder signed, and
    the statement is on chain. `altered`: payload or content is another one. `not_anchored`: all is right but the
    statement is not on chain yet. `unknown`: the payload cannot be read now, or is too large to be read whole.
    """

    record_id: str
    status: RecordStatus


@router.post("/records/verifications")
def verify_records(form: VerificationForm, acting: ActingFor, kernel: KernelDep) -> list[VerificationView]:
    """Verify records of the caller; with `for`, those of a person for whom the caller acts, in the categories of the
    delegation. Each record that is opened for it leaves a receipt. What the caller may not see is left out.
    """
    record_ids = [read_hex(record, "records", 32) for record in form.records]
    verified = kernel.decisions.verification.verify(acting.signer, acting.person, record_ids)
    return [VerificationView(record_id=to_hex(record.issue.record_id), status=status) for record, status in verified]


@router.get("/records/{position}/copy")
def get_record_copy(position: Position, acting: AsPerson, context: AppContextDep) -> dict[str, Any]:
    """A proof document of a record's issue, without the content, for its data subject and its holder."""
    logged = context.kernel.queries.statement(RECORDS, position)
    statement = logged.signed.statement if logged else None
    if not isinstance(statement, Issue) or (
        statement.data_subject != acting.person and (acting.office or statement.holder != acting.name)
    ):
        raise NotFound
    return proof_document(context.kernel.records.proofs.prove(RECORDS, position), dict(context.settings.registries))
