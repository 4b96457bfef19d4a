"""The general question: any record, any purpose; the services ask the same through their own doors."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.auth import SignedIn, Verbs
from api.guard import RecordId
from api.schemas import ZERO, Form, Hex, Hex32, ReleaseView, Term
from ledger.typed_data import read_hex

router = APIRouter(tags=["access"])


class Question(Form):
    """What for, and under which incident if it is an emergency; `reader_key` for those without an accredited one."""

    category: Annotated[Term, Field(examples=["health.lab"])]
    purpose: Annotated[Term, Field(examples=["hl7:CLINTRCH"])]
    action: Annotated[Term, Field(examples=["view"])] = "view"
    incident: Hex32 = ZERO
    reader_key: Hex = "0x"


@router.post("/access/records/{record_id}")
def access(record_id: RecordId, question: Question, caller: SignedIn, kernel: Verbs) -> ReleaseView:
    """Ask for one record. A receipt is written either way; absent and forbidden look the same."""
    asked = kernel.request(
        caller.name, read_hex(record_id, "record_id", 32), question.category, question.purpose, question.action
    )
    asked = replace(asked, incident=read_hex(question.incident, "incident", 32))
    return ReleaseView.of(kernel.access(asked, read_hex(question.reader_key, "reader_key")))
