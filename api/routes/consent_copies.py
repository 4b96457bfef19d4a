"""Consent records and receipts as ISO/IEC TS 27560 has them, in JSON-LD: the data subject's own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from mydata_ledger.api.auth import AppContextDep, SignedIn
from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.consent_copy import ConsentCopy, Operator, receipt, record
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["consents"])
EntryId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a consent")]
PAGE = 200
LINKED: dict[int | str, dict[str, Any]] = {200: {"content": {"application/ld+json": {"schema": {"type": "object"}}}}}


class JsonLd(JSONResponse):
    """JSON-LD with its context inside: nobody need fetch one."""

    media_type = "application/ld+json"


@router.get("/consents/{entry}/record", responses=LINKED)
def consent_record(entry: EntryId, caller: SignedIn, house: AppContextDep) -> JsonLd:
    """The consent record (ISO/IEC TS 27560, 6.3) with W3C DPV terms, as of now."""
    return JsonLd(_written(record, entry, caller.signer, house))


@router.get("/consents/{entry}/receipt", responses=LINKED)
def consent_receipt(entry: EntryId, caller: SignedIn, house: AppContextDep) -> JsonLd:
    """The consent receipt (ISO/IEC TS 27560, 6.4): an authoritative copy of the whole record."""
    return JsonLd(_written(receipt, entry, caller.signer, house))


def _written(form: Any, entry: str, person: bytes, house: AppContextDep) -> dict[str, Any]:
    kernel, operator = house.kernel, Operator(house.settings.uri.rstrip("/"), house.settings.jurisdiction)
    state = kernel.queries.consent(read_hex(entry, "entry", 32))
    if state is None or state.consent.data_subject != person:
        raise NotFound
    written: dict[str, Any] = form(_copy(state, kernel), kernel.queries.vocabulary, operator, kernel.queries.now())
    return written


def _copy(state: ConsentState, kernel: Kernel) -> ConsentCopy:
    queries, said = kernel.queries, state.consent
    return ConsentCopy(state, queries.notice(said.notice_hash), queries.party(said.grantee), _ended(state, kernel))


def _ended(state: ConsentState, kernel: Kernel) -> Revocation | None:
    """The signed revocation of the consent; none where only its secret was revealed on chain."""
    after = state.position
    while state.revoked and (
        page := kernel.queries.statements_about(CONSENTS, state.consent.data_subject, after, PAGE)
    ):
        for logged in page:
            said = logged.signed.statement
            if isinstance(said, Revocation) and said.consent == state.entry:
                return said
        after = page[-1].position
    return None
