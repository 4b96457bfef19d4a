"""Hospitals hand in bundles; people see their own records."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.guard import NAMED_ONLY, RawBody, may_show
from mydata_ledger.api.schemas import RecordView, ReleaseView
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import Draft, Kernel, Release
from mydata_ledger.ledger.receipt import RECORDS, AccessReceipt
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.services.health.formats import BundleSplit, split
from mydata_ledger.services.health.formats.consents import FHIR_STATUS, write_r4, write_r5
from mydata_ledger.services.health.formats.selecting import pointers
from mydata_ledger.services.health.formats.traces import audit_event, provenance
from mydata_ledger.services.health.schemas import BundleDrafts, SkippedView

router = APIRouter(prefix="/health", tags=["health service"])
PAGE = 500
After = Annotated[int, Query(ge=-1, le=2**62)]
Entry = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a consent")]
FhirRelease = Annotated[str, Query(pattern="^R[45]$")]
FieldsByPath = Annotated[Release, may_show(pointers)]
BODY = {"requestBody": {"required": True, "content": {"application/fhir+json": {"schema": {"type": "object"}}}}}


@router.post("/bundles/drafts", status_code=201, openapi_extra=BODY)
def draft_bundle(
    bundle: RawBody,
    data_subject: Annotated[str, Query(pattern="^0x([0-9a-fA-F]{2}){20,84}$")],
    caller: SignedIn,
    kernel: KernelDep,
) -> BundleDrafts:
    """Seal every resource of one person's FHIR R4 bundle (the request body, as it is) and return what to sign."""
    parts = split(bundle, subject_bytes(data_subject))
    drafts = _draft_all(kernel, caller.name, parts)
    return BundleDrafts(
        drafts=[draft.typed for draft in drafts], skipped=[SkippedView(**asdict(one)) for one in parts.skipped]
    )


def _draft_all(kernel: Kernel, holder: str, parts: BundleSplit) -> list[Draft]:
    step = kernel.queries.largest_batch
    batches = [parts.uploads[start : start + step] for start in range(0, len(parts.uploads), step)]
    return [draft for batch in batches for draft in kernel.records.issues.draft(holder, batch)]


@router.post("/records/{record_id}/fields")
def fields(release: FieldsByPath) -> ReleaseView:
    """Ask for the fields of one resource that FHIRPath expressions select: what is sealed for you proves them against
    the record's commitment. A receipt is written either way; absent and forbidden look the same.
    """
    return ReleaseView.of(release)


@router.get("/records", dependencies=[NAMED_ONLY])
def timeline(
    caller: SignedIn, kernel: KernelDep, category: Annotated[str, Query(max_length=200)] = ""
) -> list[RecordView]:
    """The caller's own health records, by the time they are about; of one category if one is named."""
    if category:
        kernel.queries.vocabulary.check_category(category)
    own = kernel.queries.records_of(caller.signer)
    wanted = [r for r in own if r.issue.category.startswith("health.") and category in {"", r.issue.category}]
    return [RecordView.of(record) for record in sorted(wanted, key=lambda r: (r.issue.data_from, r.position))]


@router.get("/audit-events")
def audit_events(caller: SignedIn, kernel: KernelDep, after: After = -1) -> dict[str, Any]:
    """What was asked about the caller, as a FHIR R4 bundle of AuditEvents; the next page is `after` the last `id`."""
    found = kernel.queries.receipts_of(caller.signer, after, PAGE)
    receipts = [(one, one.signed.statement) for one in found]
    return _bundle([audit_event(said, one.position) for one, said in receipts if isinstance(said, AccessReceipt)])


@router.get("/provenances")
def provenances(caller: SignedIn, kernel: KernelDep) -> dict[str, Any]:
    """Who issued the caller's records, as a FHIR R4 bundle of Provenances."""
    logged = [kernel.queries.statement(RECORDS, r.position) for r in kernel.queries.records_of(caller.signer)]
    issues = [(one, one.signed.statement) for one in logged if one]
    return _bundle(
        [provenance(said, one.position, one.signed.entry.signature) for one, said in issues if isinstance(said, Issue)]
    )


@router.get("/consents/{entry}", dependencies=[NAMED_ONLY])
def fhir_consent(entry: Entry, caller: SignedIn, kernel: KernelDep, release: FhirRelease = "R4") -> dict[str, Any]:
    """One of the caller's consents as a FHIR Consent of release R4 or R5."""
    state = kernel.queries.consent(read_hex(entry, "entry", 32))
    if state is None or state.consent.data_subject != caller.signer:
        raise NotFound
    write = write_r5 if release == "R5" else write_r4
    return write(state.consent, state.entry, FHIR_STATUS[state.status(kernel.queries.now())])


def _bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
