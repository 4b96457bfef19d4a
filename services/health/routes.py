"""Hospitals hand in bundles; people see their own records."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import SignedIn, Verbs, subject_bytes
from api.guard import RawBody, may_show
from api.schemas import RecordView, ReleaseView
from ledger.kernel import Draft, Kernel, Release
from services.health.formats import Split, split
from services.health.formats.selecting import pointers
from services.health.schemas import BundleDrafts, SkippedView

router = APIRouter(prefix="/health", tags=["health service"])
FieldsByPath = Annotated[Release, may_show(pointers)]
BODY = {"requestBody": {"required": True, "content": {"application/fhir+json": {"schema": {"type": "object"}}}}}


@router.post("/bundles/drafts", status_code=201, openapi_extra=BODY)
def draft_bundle(
    bundle: RawBody,
    data_subject: Annotated[str, Query(pattern="^0x([0-9a-fA-F]{2}){20,84}$")],
    caller: SignedIn,
    kernel: Verbs,
) -> BundleDrafts:
    """Seal every resource of one person's FHIR R4 bundle (the request body, as it is) and return what to sign."""
    parts = split(bundle, subject_bytes(data_subject))
    drafts = _draft_all(kernel, caller.name, parts)
    return BundleDrafts(
        drafts=[draft.typed for draft in drafts], skipped=[SkippedView(**asdict(one)) for one in parts.skipped]
    )


def _draft_all(kernel: Kernel, holder: str, parts: Split) -> list[Draft]:
    step = kernel.world.bounds.batch
    batches = [parts.uploads[start : start + step] for start in range(0, len(parts.uploads), step)]
    return [draft for batch in batches for draft in kernel.draft_issues(holder, batch)]


@router.post("/records/{record_id}/fields")
def fields(release: FieldsByPath) -> ReleaseView:
    """Ask for the fields of one resource that FHIRPath expressions select: what is sealed for you proves them against
    the record's commitment. A receipt is written either way; absent and forbidden look the same.
    """
    return ReleaseView.of(release)


@router.get("/records")
def timeline(caller: SignedIn, kernel: Verbs, category: Annotated[str, Query(max_length=200)] = "") -> list[RecordView]:
    """The caller's own health records, by the time they are about; of one category if one is named."""
    own = kernel.world.store.records_of(caller.signer)
    wanted = [r for r in own if r.issue.category.startswith("health.") and category in {"", r.issue.category}]
    return [RecordView.of(record) for record in sorted(wanted, key=lambda r: (r.issue.data_from, r.position))]
