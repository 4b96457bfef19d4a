"""Erasing records for good, and the certificates of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.guard import RecordId
from mydata_ledger.api.schemas import Form, Hex32, Language, SignedForm, certificate_document
from mydata_ledger.ledger.record import Erasure
from mydata_ledger.ledger.typed_data import parse, read_domain, read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["erasures"])
MOST = 1_000


class WhichForm(Form):
    """Which records; without any, all of the caller's own (up to 1,000 in one call)."""

    records: Annotated[list[Hex32] | None, Field(min_length=1, max_length=MOST)] = None
    language: Language = ENGLISH


class ErasureDrafts(BaseModel):
    """What to sign, one for each record, and what it means."""

    drafts: list[dict[str, Any]]
    summary: str


class SignedErasures(Form):
    """All are accepted, or none."""

    erasures: Annotated[list[SignedForm], Field(min_length=1, max_length=MOST)]


class ErasureResult(BaseModel):
    """Where the erasures lie, in the order given; fetch the certificates once they are on chain."""

    positions: list[int]


@router.post("/me/erasures/drafts")
def draft_erasures(form: WhichForm, caller: SignedIn, kernel: KernelDep) -> ErasureDrafts:
    """The erasures of records that are about the caller, or that the caller issued."""
    wanted = [read_hex(record, "records", 32) for record in form.records] if form.records else None
    drafts = kernel.records.erasures.draft(caller.signer, wanted, form.language)
    said = drafts[0].summary[0] if drafts else kernel.statements.words(form.language).nothing_to_erase()
    return ErasureDrafts(drafts=[draft.typed for draft in drafts], summary=said)


@router.post("/me/erasures", status_code=202)
def erase(form: SignedErasures, kernel: KernelDep, _: SignedIn) -> ErasureResult:
    """Hand in signed erasures; the keys are destroyed before this answers."""
    signed = [(parse(Erasure, one.message), read_hex(one.signature, "signature")) for one in form.erasures]
    logged = kernel.records.erasures.accept(signed, read_domain(form.erasures[0].domain))
    return ErasureResult(positions=[one.position for one in logged])


@router.get("/me/erasures/{record_id}/certificate")
def certificate(record_id: RecordId, caller: SignedIn, house: AppContextDep) -> dict[str, Any]:
    """Erasure and issue with their proofs, for `mydata verify`: for its data subject and its holder."""
    erasure, issue = house.kernel.records.erasures.certificate(caller.signer, read_hex(record_id, "record_id", 32))
    return certificate_document(erasure, issue, dict(house.settings.registries))
