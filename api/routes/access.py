"""The general question: any record, any purpose; the services ask the same through their own doors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.routes import AnsweredQuestion, FastRoute
from mydata_ledger.api.guard import AccessQuestion, DecisionBatcherDep, RecordId, Text, released
from mydata_ledger.api.schemas import ReleaseView
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.kernel import Kernel, RecordDecision, answered, check_hands_out
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["access"])


class FieldsQuestion(AccessQuestion):
    """The same for chosen fields, named by JSON Pointer (RFC 6901)."""

    pointers: Annotated[list[Text], Field(min_length=1, max_length=1_000, examples=[["/code", "/valueQuantity"]])]


@router.post("/access/records/{record_id}", response_model=ReleaseView)
async def access(
    record_id: RecordId, question: AccessQuestion, caller: SignedIn, batcher: DecisionBatcherDep
) -> Response:
    """Ask for one record. A receipt is written either way; absent and forbidden look the same."""
    return await RECORDS.answer(batcher, caller.session, question, record_id)


def _asked(kernel: Kernel, requester: str, question: AccessQuestion, record_id: str) -> AccessRequest:
    asked = question.access_request(kernel, requester, record_id)
    read_hex(question.reader_key, "reader_key")
    check_hands_out(asked)
    return asked


async def _shown(batcher: DecisionBatcher, asked: AnsweredQuestion[AccessQuestion, RecordDecision]) -> dict[str, Any]:
    key = read_hex(asked.form.reader_key, "reader_key")
    release = await released(batcher, asked.question, key, asked.found, asked.receipt, show=ReleaseView.of)
    return release.model_dump()


RECORDS = FastRoute(AccessQuestion, _asked, answered, _shown)


@router.post("/access/records/{record_id}/fields")
def fields(record_id: RecordId, question: FieldsQuestion, caller: SignedIn, kernel: KernelDep) -> ReleaseView:
    """Ask for chosen fields of one record: what is sealed for you proves them against the record's commitment, and
    nothing of the rest leaves. A receipt is written either way; absent and forbidden look the same.
    """
    asked = question.access_request(kernel, caller.name, record_id)
    key = read_hex(question.reader_key, "reader_key")
    return ReleaseView.of(kernel.decisions.releases.disclose(asked, lambda _: question.pointers, key))
