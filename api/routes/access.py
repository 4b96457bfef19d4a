"""The general question: any record, any purpose; the services ask the same through their own doors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.auth import SignedIn, Verbs
from api.guard import Question, RecordId, Text, Together, opened
from api.schemas import ReleaseView
from ledger.typed_data import read_hex

router = APIRouter(tags=["access"])


class FieldsQuestion(Question):
    """The same for chosen fields, named by JSON Pointer (RFC 6901)."""

    pointers: Annotated[list[Text], Field(min_length=1, max_length=1_000, examples=[["/code", "/valueQuantity"]])]


@router.post("/access/records/{record_id}")
async def access(record_id: RecordId, question: Question, caller: SignedIn, together: Together) -> ReleaseView:
    """Ask for one record. A receipt is written either way; absent and forbidden look the same."""
    asked = question.asked(together.kernel, caller.name, record_id)
    return await opened(together, asked, read_hex(question.reader_key, "reader_key"), ReleaseView.of)


@router.post("/access/records/{record_id}/fields")
def fields(record_id: RecordId, question: FieldsQuestion, caller: SignedIn, kernel: Verbs) -> ReleaseView:
    """Ask for chosen fields of one record: what is sealed for you proves them against the record's commitment, and
    nothing of the rest leaves. A receipt is written either way; absent and forbidden look the same.
    """
    asked = question.asked(kernel, caller.name, record_id)
    key = read_hex(question.reader_key, "reader_key")
    return ReleaseView.of(kernel.disclose(asked, lambda _: question.pointers, key))
