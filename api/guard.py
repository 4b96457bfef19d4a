"""The one door: `may(category, purpose)` turns a request into a release, or into a receipt and a refusal.

`may_show` does the same for chosen fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.schemas import ZERO, Form, Hex, Hex32, Term
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.kernel import Kernel, RecordDecision, Release, answered, check_hands_out, check_permitted
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.typed_data import read_hex

T = TypeVar("T")
RecordId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="record id, 32 bytes in 0x-hex")]
IncidentEntry = Annotated[str | None, Query(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a declared incident")]
ReaderKey = Annotated[
    str | None, Query(max_length=2_500, description="HPKE public key for those without an accredited one: tag and key")
]
Text = Annotated[str, Field(max_length=2_000)]


async def raw_body(request: Request) -> bytes:
    """The body's exact bytes, where a record must be kept as it was received."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


async def _named_only(request: Request) -> None:
    known = {parameter.alias for parameter in request.scope["route"].dependant.query_params}
    if not known >= set(request.query_params):
        raise MalformedInput(f"behind the `?` this address takes nothing but {', '.join(sorted(known))}")


NAMED_ONLY = Depends(_named_only)
"""For an address where a misspelt name would leave a default in its place, and so ask something else."""


async def _decisions(request: Request) -> DecisionBatcher:
    found: DecisionBatcher = request.app.state.decisions
    return found


DecisionBatcherDep = Annotated[DecisionBatcher, Depends(_decisions)]
"""Questions of all callers of the moment, answered in one step."""


async def opened(
    batcher: DecisionBatcher, request: AccessRequest, reader_key: bytes, show: Callable[[Release], T]
) -> T:
    """`Kernel.access`, and `show` of what is released; only that takes a thread, and a no takes none.

    Raises what `access` raises.
    """
    check_hands_out(request)
    return await released(batcher, request, reader_key, *await batcher.answer(request, answered), show=show)


async def released(
    batcher: DecisionBatcher,
    request: AccessRequest,
    reader_key: bytes,
    answer: RecordDecision,
    receipt: LoggedStatement,
    *,
    show: Callable[[Release], T],
) -> T:
    """`show` of what is released to an answered question. Raises as above."""
    check_permitted(answer.decision, receipt)
    access = batcher.kernel.decisions.releases.access_answered
    return await run_in_threadpool(lambda: show(access(request, reader_key, answer, receipt)))


def may(category: str, purpose: str, action: str = "view") -> Any:
    """The dependency that releases `record_id` to the caller for this purpose, or raises AccessDenied."""

    async def open_door(
        record_id: RecordId,
        caller: SignedIn,
        batcher: DecisionBatcherDep,
        incident: IncidentEntry = None,
        reader_key: ReaderKey = None,
    ) -> Release:
        request = batcher.kernel.decisions.evaluation.request(
            caller.name, read_hex(record_id, "record_id", 32), category, purpose, action
        )
        request = replace(request, incident=read_hex(incident, "incident", 32) if incident else bytes(32))
        key = read_hex(reader_key, "reader_key") if reader_key else b""
        return await opened(batcher, request, key, lambda release: release)

    return Depends(open_door)


class AccessQuestion(Form):
    """What for, and under which incident if it is an emergency; `reader_key` for those without an accredited one;
    `consents_at_least` for those who know so many to be on chain and want no answer that rests on fewer.
    """

    category: Annotated[Term, Field(examples=["health.lab"])]
    purpose: Annotated[Term, Field(examples=["hl7:CLINTRCH"])]
    action: Annotated[Term, Field(examples=["view"])] = "view"
    incident: Hex32 = ZERO
    reader_key: Hex = "0x"
    consents_at_least: Annotated[int, Field(ge=0, le=NEVER)] = 0

    def access_request(self, kernel: Kernel, requester: str, record_id: str) -> AccessRequest:
        """The kernel's word for it. Raises UnknownTerm, MalformedInput."""
        record = read_hex(record_id, "record_id", 32)
        asked = kernel.decisions.evaluation.request(requester, record, self.category, self.purpose, self.action)
        if self.incident == ZERO and not self.consents_at_least:
            return asked
        return replace(asked, incident=read_hex(self.incident, "incident", 32), at_least=self.consents_at_least)


class FieldSelection(AccessQuestion):
    """The same for fields that expressions select, in the language of the service that is asked."""

    select: Annotated[list[Text], Field(min_length=1, max_length=100, examples=[["Observation.value"]])]


def may_show(pointers: Callable[[bytes, Sequence[str]], Sequence[str]]) -> Any:
    """The dependency that releases chosen fields of `record_id` to the caller, or raises AccessDenied.

    `pointers` turns a record's content and the caller's expressions into JSON Pointers.
    """

    def open_door(record_id: RecordId, question: FieldSelection, caller: SignedIn, kernel: KernelDep) -> Release:
        asked = question.access_request(kernel, caller.name, record_id)
        key = read_hex(question.reader_key, "reader_key")
        return kernel.decisions.releases.disclose(asked, lambda content: pointers(content, question.select), key)

    return Depends(open_door)
