"""Consent records and receipts by ISO/IEC TS 27560 in JSON-LD, for the data subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from mydata_ledger.api.acting import AsPerson
from mydata_ledger.api.auth import AppContextDep
from mydata_ledger.api.proof_documents import proof_document
from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.consent_copy import ConsentCopy, Operator, receipt, record
from mydata_ledger.ledger.delegation import DelegationState, office_of
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.receipt import CONSENTS
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["consents"])
EntryId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a consent")]
PAGE_SIZE = 200
JSON_LD_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/ld+json": {"schema": {"type": "object"}}}}
}


class JsonLd(JSONResponse):
    """JSON-LD with its context inline, so that a reader need not fetch one."""

    media_type = "application/ld+json"


@router.get("/consents/{entry}/record", responses=JSON_LD_RESPONSES)
def get_consent_record(entry: EntryId, acting: AsPerson, context: AppContextDep) -> JsonLd:
    """The consent record (ISO/IEC TS 27560, 6.3) with W3C DPV terms, in its present state."""
    return JsonLd(_document(record, entry, acting.person, context))


@router.get("/consents/{entry}/receipt", responses=JSON_LD_RESPONSES)
def get_consent_receipt(entry: EntryId, acting: AsPerson, context: AppContextDep) -> JsonLd:
    """The consent receipt (ISO/IEC TS 27560, 6.4): an authoritative copy of the whole consent record."""
    return JsonLd(_document(receipt, entry, acting.person, context))


@router.get("/consents/{entry}/copy")
def get_consent_copy(entry: EntryId, acting: AsPerson, context: AppContextDep) -> dict[str, Any]:
    """A proof document of one of the caller's consents: statement, signature, salt and proofs, for `mydata verify`."""
    state = context.kernel.queries.consent(read_hex(entry, "entry", 32))
    if state is None or state.consent.data_subject != acting.person:
        raise NotFound
    registries, queries = dict(context.settings.registries), context.kernel.queries
    document = proof_document(context.kernel.records.proofs.prove(CONSENTS, state.position), registries)
    if notice := queries.notice(state.consent.notice_hash):
        document["notice"] = {"language": notice.language, "text": notice.text}
    if delegation := delegation_of(state, queries.delegations_of(state.consent.data_subject)):
        document["delegation"] = proof_document(
            context.kernel.records.proofs.prove(CONSENTS, delegation.position), registries
        )
    return document


def delegation_of(state: ConsentState, delegations: Sequence[DelegationState]) -> DelegationState | None:
    """The delegation under which a delegate signed; None if the data subject signed."""
    consent = state.consent
    if consent.signer == consent.data_subject:
        return None
    return office_of(consent.signer, consent.signed_at, state.position, delegations)


def _document(write: Any, entry: str, person: bytes, context: AppContextDep) -> dict[str, Any]:
    kernel, operator = context.kernel, Operator(context.settings.uri.rstrip("/"), context.settings.jurisdiction)
    state = kernel.queries.consent(read_hex(entry, "entry", 32))
    if state is None or state.consent.data_subject != person:
        raise NotFound
    document: dict[str, Any] = write(_copy(state, kernel), kernel.queries.vocabulary, operator, kernel.queries.now())
    return document


def _copy(state: ConsentState, kernel: Kernel) -> ConsentCopy:
    queries, consent = kernel.queries, state.consent
    return ConsentCopy(
        state, queries.notice(consent.notice_hash), queries.party(consent.grantee), _revocation(state, kernel)
    )


def _revocation(state: ConsentState, kernel: Kernel) -> Revocation | None:
    """The signed revocation of the consent; None if only its secret was revealed on chain."""
    after = state.position
    while state.revoked and (
        page := kernel.queries.statements_about(CONSENTS, state.consent.data_subject, after, PAGE_SIZE)
    ):
        for logged in page:
            statement = logged.signed.statement
            if isinstance(statement, Revocation) and statement.consent == state.entry:
                return statement
        after = page[-1].position
    return None
