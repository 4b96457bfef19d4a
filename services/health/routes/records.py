"""Routes for FHIR bundles of hospitals, and for a person's own health records."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from mydata_ledger.api.acting import Acting, ActingFor
from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.guard import KNOWN_PARAMETERS_ONLY, RawBody, may_show
from mydata_ledger.api.own_records import OwnRecordView, own_records
from mydata_ledger.api.patient_numbers import NumberHeader, person_named
from mydata_ledger.api.routes.timeline import access_categories
from mydata_ledger.api.schemas import ReleaseView, to_hex
from mydata_ledger.formats.fhir import split
from mydata_ledger.formats.fhir.selecting import pointers
from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import Kernel, Release
from mydata_ledger.ledger.receipt import RECORDS, AccessReceipt
from mydata_ledger.ledger.record import Issue, Record
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.services.health.formats.consents import FHIR_STATUS, write_r4, write_r5
from mydata_ledger.services.health.formats.traces import audit_event, provenance
from mydata_ledger.services.health.schemas import BundleDrafts, DuplicateResource, SkippedView

router = APIRouter(prefix="/health", tags=["health service"])
PAGE_SIZE = 500
After = Annotated[int, Query(ge=-1, le=2**62)]
Entry = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a consent")]
FhirRelease = Annotated[str, Query(pattern="^R[45]$")]
FieldsByPath = Annotated[Release, may_show(pointers)]
BODY = {"requestBody": {"required": True, "content": {"application/fhir+json": {"schema": {"type": "object"}}}}}


@router.post("/bundles/drafts", status_code=201, openapi_extra=BODY)
def draft_bundle(
    bundle: RawBody,
    caller: SignedIn,
    kernel: KernelDep,
    data_subject: Annotated[str | None, Query(pattern="^0x([0-9a-fA-F]{2}){20,84}$")] = None,
    patient_number: NumberHeader = None,
) -> BundleDrafts:
    """Seal every resource of one person's FHIR R4 file, and return the statements to sign.

    The request body is the file, unchanged: a Bundle of any type, Parameters, a resource, or one of these a line
    (NDJSON). What cannot be used is in `skipped`, and the rest goes on. A resource that refers to another Patient is
    refused. What the caller issued before, and still stands, is in `duplicates`. The person is named by `data_subject`,
    or by the header `Patient-Number`, which is the caller's own number for them.
    """
    parts = split(bundle, person_named(kernel, caller.name, data_subject, patient_number))
    drafted = kernel.records.issues.draft_new(caller.name, parts.uploads)
    return BundleDrafts(
        drafts=[draft.typed for draft in drafted.drafts],
        skipped=[SkippedView(**asdict(resource)) for resource in parts.skipped],
        duplicates=[
            DuplicateResource(
                resource_type=parts.resources[n].kind, place=parts.resources[n].place, record_id=to_hex(record)
            )
            for n, record in drafted.duplicates.items()
        ],
    )


@router.post("/records/{record_id}/fields")
def request_fields_by_path(release: FieldsByPath) -> ReleaseView:
    """Request fields of one resource, selected by FHIRPath.

    The sealed fields come with a proof against the record's commitment. Every request writes a receipt; a record that
    does not exist and one that is not permitted get the identical answer.
    """
    return ReleaseView.of(release)


@router.get("/records", dependencies=[KNOWN_PARAMETERS_ONLY])
def list_health_records(
    acting: ActingFor, kernel: KernelDep, category: Annotated[str, Query(max_length=200)] = ""
) -> list[OwnRecordView]:
    """The caller's own health records, ordered by the time they are about; of one category if that is given. With
    `for`, those of a person for whom the caller acts, in the categories of the delegation. `same_as` names the others
    with equal content, whoever holds them.
    """
    if category:
        kernel.queries.vocabulary.check_category(category)

    def is_listed(record: Record) -> bool:
        own = record.issue.category
        return category_covers("health", own) and category_covers(category or "*", own)

    listed = own_records(acting, kernel, is_listed)
    return sorted(listed, key=lambda view: (int(view.data_from), view.position))


def _records_of(acting: Acting, kernel: Kernel) -> list[Record]:
    return [record for record in kernel.queries.records_of(acting.person) if acting.covers((record.issue.category,))]


@router.get("/audit-events")
def list_audit_events(acting: ActingFor, kernel: KernelDep, after: After = -1) -> dict[str, Any]:
    """Access requests about the caller, or about a person for whom they act, as a FHIR R4 bundle of AuditEvents. For
    the next page, `after` is the last `id`.
    """
    logged = acting.covered(
        lambda start, most: kernel.queries.receipts_of(acting.person, start, most),
        after,
        PAGE_SIZE,
        lambda each: each.position,
        lambda each: access_categories(each.signed.statement),
    )
    receipts = [(entry, entry.signed.statement) for entry in logged]
    return _bundle(
        [
            audit_event(statement, entry.position)
            for entry, statement in receipts
            if isinstance(statement, AccessReceipt)
        ]
    )


@router.get("/provenances")
def list_provenances(acting: ActingFor, kernel: KernelDep) -> dict[str, Any]:
    """The issuers of the caller's records, or of a person for whom they act, as a FHIR R4 bundle of Provenances."""
    logged = [kernel.queries.statement(RECORDS, record.position) for record in _records_of(acting, kernel)]
    issues = [(entry, entry.signed.statement) for entry in logged if entry]
    return _bundle(
        [
            provenance(statement, entry.position, entry.signed.entry.signature)
            for entry, statement in issues
            if isinstance(statement, Issue)
        ]
    )


@router.get("/consents/{entry}", dependencies=[KNOWN_PARAMETERS_ONLY])
def get_fhir_consent(entry: Entry, acting: ActingFor, kernel: KernelDep, release: FhirRelease = "R4") -> dict[str, Any]:
    """One of the caller's consents, or of a person for whom they act, as a FHIR Consent of release R4 or R5."""
    state = kernel.queries.consent(read_hex(entry, "entry", 32))
    if state is None or state.consent.data_subject != acting.person or not acting.covers(state.consent.categories):
        raise NotFound
    write = write_r5 if release == "R5" else write_r4
    return write(state.consent, state.entry, FHIR_STATUS[state.status(kernel.queries.now())])


def _bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]}
