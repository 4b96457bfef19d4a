"""Erasure of records, and its certificates."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import AsPerson
from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.guard import RecordId
from mydata_ledger.api.proof_documents import certificate_document
from mydata_ledger.api.schemas import Form, Hex32, Language, SignedForm
from mydata_ledger.ledger.record import Erasure
from mydata_ledger.ledger.typed_data import parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["erasures"])
MAX_ERASURES = 1_000


class ErasureDraftForm(Form):
    """The records to erase; without any, all of the caller's own (up to 1,000 in one call)."""

    records: Annotated[list[Hex32] | None, Field(min_length=1, max_length=MAX_ERASURES)] = None
    language: Language = ENGLISH


class ErasureDrafts(BaseModel):
    """One statement to sign for each record, and a summary in plain words."""

    drafts: list[dict[str, Any]]
    summary: str


class SignedErasures(Form):
    """Signed erasures; either all are accepted or none."""

    erasures: Annotated[list[SignedForm], Field(min_length=1, max_length=MAX_ERASURES)]


class ErasureResult(BaseModel):
    """The positions of the erasures in the log, in the order given; fetch the certificates once they are on chain."""

    positions: list[int]


@router.post("/me/erasures/drafts")
def draft_erasures(form: ErasureDraftForm, caller: SignedIn, kernel: KernelDep) -> ErasureDrafts:
    """Draft the erasure of records that are about the caller, or that the caller issued."""
    record_ids = [read_hex(record, "records", 32) for record in form.records] if form.records else None
    drafts = kernel.records.erasures.draft(caller.signer, record_ids, form.language)
    summary = drafts[0].summary[0] if drafts else kernel.statements.words(form.language).nothing_to_erase()
    return ErasureDrafts(drafts=[draft.typed for draft in drafts], summary=summary)


@router.post("/me/erasures", status_code=202)
def submit_erasures(form: SignedErasures, kernel: KernelDep, _: SignedIn) -> ErasureResult:
    """Submit signed erasures; the keys are destroyed before this responds."""
    signed = [(parse(Erasure, erasure.message), read_hex(erasure.signature, "signature")) for erasure in form.erasures]
    logged = kernel.records.erasures.accept(signed, read_domain(form.erasures[0].domain))
    return ErasureResult(positions=[erasure.position for erasure in logged])


@router.get("/me/erasures/{record_id}/certificate")
def get_erasure_certificate(record_id: RecordId, acting: AsPerson, context: AppContextDep) -> dict[str, Any]:
    """A certificate of erasure: the erasure and the issue with their proofs, for `mydata verify`. For the data subject
    and the holder of the record.
    """
    erasure, issue = context.kernel.records.erasures.certificate(acting.person, read_hex(record_id, "record_id", 32))
    return certificate_document(erasure, issue, dict(context.settings.registries))
