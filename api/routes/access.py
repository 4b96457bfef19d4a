"""Access to one record, of any category and purpose; services have their own routes for the same decision."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.routes import AnsweredRequest, FastRoute
from mydata_ledger.api.guard import AccessForm, DecisionBatcherDep, RecordId, Text, release_answer
from mydata_ledger.api.schemas import ReleaseView
from mydata_ledger.api.session_tokens import requested_key
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.kernel import Kernel, RecordDecision, answered, check_hands_out
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["access"])


class FieldsForm(AccessForm):
    """An access to fields of a record that JSON Pointers (RFC 6901) name."""

    pointers: Annotated[list[Text], Field(min_length=1, max_length=1_000, examples=[["/code", "/valueQuantity"]])]


@router.post("/access/records/{record_id}", response_model=ReleaseView)
async def request_record(
    record_id: RecordId, question: AccessForm, caller: SignedIn, batcher: DecisionBatcherDep
) -> Response:
    """Request one record. Every request writes a receipt, whether it is permitted or denied; a record that does not
    exist and one that is not permitted get the identical answer.
    """
    return await RECORDS.answer(batcher, caller.session, question, record_id, caller.reader_key)


def _access_request(kernel: Kernel, requester: str, question: AccessForm, record_id: str) -> AccessRequest:
    request = question.access_request(kernel, requester, record_id)
    read_hex(question.reader_key, "reader_key")
    check_hands_out(request)
    return request


async def _release_view(
    batcher: DecisionBatcher, answered: AnsweredRequest[AccessForm, RecordDecision]
) -> dict[str, Any]:
    key = requested_key(read_hex(answered.form.reader_key, "reader_key"), answered.signed_reader_key)
    release = await release_answer(
        batcher, answered.request, key, answered.answer, answered.receipt, show=ReleaseView.of
    )
    return release.model_dump()


RECORDS = FastRoute(AccessForm, _access_request, answered, _release_view)


@router.post("/access/records/{record_id}/fields")
def request_fields(record_id: RecordId, question: FieldsForm, caller: SignedIn, kernel: KernelDep) -> ReleaseView:
    """Request chosen fields of one record.

    The sealed fields come with a proof against the record's commitment; no other field is disclosed. Every request
    writes a receipt; a record that does not exist and one that is not permitted get the identical answer.
    """
    request = question.access_request(kernel, caller.name, record_id)
    key = caller.requested_key(read_hex(question.reader_key, "reader_key"))
    return ReleaseView.of(kernel.decisions.releases.disclose(request, lambda _: question.pointers, key))
