"""Self-declared records: a person stores their own document, under their own signature."""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import ActingFor
from mydata_ledger.api.auth import KernelDep
from mydata_ledger.api.numbers import Seconds
from mydata_ledger.api.schemas import ZERO, Form, Hex, Hex32, Term, to_hex
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.self_declared import Declaration
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["records"])


class DeclarationForm(Form):
    """What the document is: its category, its media type, its SHA-256, and the period that it is about."""

    category: Term
    media_type: Annotated[str, Field(pattern="^[!-~]{3,127}$", examples=["application/pdf"])]
    document: Hex32
    data_from: Seconds = 0
    data_until: Seconds = 0
    supersedes: Hex32 = ZERO
    declared_at: Seconds = 0

    def declaration(self, data_subject: bytes, signer: bytes) -> Declaration:
        """The declaration of the signer about a person."""
        return Declaration(
            data_subject=data_subject,
            signer=signer,
            category=self.category,
            media_type=self.media_type,
            document=read_hex(self.document, "document", 32),
            data_from=self.data_from,
            data_until=self.data_until,
            supersedes=read_hex(self.supersedes, "supersedes", 32),
            declared_at=self.declared_at,
        )


class SignedDeclaration(DeclarationForm):
    """The declaration as it was drafted, the signature over its text, and the document."""

    signature: Hex
    content_base64: str


class DeclarationDraft(BaseModel):
    """The text to sign (EIP-191), its digest for a passkey, and the time that it has."""

    text: str
    digest: Hex32
    declared_at: int


class DeclaredRecord(BaseModel):
    """The record; `is_new` is false if the person declared this document before, and it still stands."""

    record_id: Hex32
    is_new: bool


@router.post("/me/records/drafts", status_code=201)
def draft_declaration(form: DeclarationForm, acting: ActingFor, kernel: KernelDep) -> DeclarationDraft:
    """The text under which the caller declares a document as their own, or as who acts for the person of `for`."""
    drafted = kernel.records.self_declarations.draft(form.declaration(acting.person, acting.signer))
    return DeclarationDraft(text=drafted.text, digest=to_hex(drafted.digest), declared_at=drafted.declared_at)


@router.post("/me/records", status_code=202)
def declare_record(form: SignedDeclaration, acting: ActingFor, kernel: KernelDep) -> DeclaredRecord:
    """Store the signed document as a self-declared record, whose holder is the operator."""
    try:
        content = base64.b64decode(form.content_base64, validate=True)
    except ValueError as error:
        raise MalformedInput("`content_base64` is not base64") from error
    declaration, signature = form.declaration(acting.person, acting.signer), read_hex(form.signature, "signature")
    record_id, is_new = kernel.records.self_declarations.accept(declaration, content, signature)
    return DeclaredRecord(record_id=to_hex(record_id), is_new=is_new)
