"""Access guards: dependencies that turn a permitted request into a release, and a denied one into a receipt and an
error.

`may` releases a record for a category and purpose, `may_show` chosen fields of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.schemas import ZERO, Form, Hex, Hex32, Term
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.kernel import (
    Kernel,
    RecordDecision,
    Release,
    RequestedKey,
    Respond,
    answered,
    answered_about,
    check_hands_out,
    check_permitted,
)
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.typed_data import read_hex

T = TypeVar("T")
RecordId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="record id, 32 bytes in 0x-hex")]
IncidentEntry = Annotated[
    str | None, Query(pattern="^0x[0-9a-fA-F]{64}$", description="entry of a declared incident, or of its extension")
]
ReaderKey = Annotated[
    str | None,
    Query(
        max_length=2_500,
        description="HPKE public key: for those without an accredited one, or the one that the sign-in message names",
    ),
]
Text = Annotated[str, Field(max_length=2_000)]


async def raw_body(request: Request) -> bytes:
    """The exact bytes of the request body, for a record that is stored as received."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]


async def _reject_unknown_parameters(request: Request) -> None:
    names = set(_query_names(request.scope["route"].dependant))
    if not names >= set(request.query_params):
        raise MalformedInput(f"behind the `?` this address takes nothing but {', '.join(sorted(names))}")


def _query_names(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for part in dependant.dependencies:
        yield from _query_names(part)


KNOWN_PARAMETERS_ONLY = Depends(_reject_unknown_parameters)
"""Refuses unknown query parameters, where a misspelt name would silently become a default."""


async def _decision_batcher(request: Request) -> DecisionBatcher:
    batcher: DecisionBatcher = request.app.state.decisions
    return batcher


DecisionBatcherDep = Annotated[DecisionBatcher, Depends(_decision_batcher)]
"""The batcher of access decisions."""


async def release_record(
    batcher: DecisionBatcher,
    request: AccessRequest,
    reader_key: RequestedKey,
    show: Callable[[Release], T],
    respond: Respond[RecordDecision] = answered,
) -> T:
    """Decide an access request by `respond`, and release the record.

    `show` makes the response from the release and runs in a thread; a denial needs no thread. Raises the errors of
    `release_answer`.
    """
    check_hands_out(request)
    return await release_answer(batcher, request, reader_key, *await batcher.answer(request, respond), show=show)


async def release_answer(
    batcher: DecisionBatcher,
    request: AccessRequest,
    reader_key: RequestedKey,
    answer: RecordDecision,
    receipt: LoggedStatement,
    *,
    show: Callable[[Release], T],
) -> T:
    """Release the record of a permitted answer. Raises AccessDenied, and the errors of the release."""
    check_permitted(answer.decision, receipt)
    access = batcher.kernel.decisions.releases.access_answered
    return await run_in_threadpool(lambda: show(access(request, reader_key, answer, receipt)))


def may(category: str, purpose: str, action: str = "view") -> Any:
    """FastAPI dependency that releases `record_id` to the caller for this purpose, or raises AccessDenied."""
    return may_any((category,), purpose, action)


def may_any(categories: Sequence[str], purpose: str, action: str = "view") -> Any:
    """`may` for a record of any of these categories, which cover those below them; the first is a declared one.

    The receipt names the record's own category if it is among them, otherwise the first: a record of another category
    is answered like one that does not exist.
    """

    async def release_for_caller(
        record_id: RecordId,
        caller: SignedIn,
        batcher: DecisionBatcherDep,
        incident: IncidentEntry = None,
        reader_key: ReaderKey = None,
    ) -> Release:
        request = batcher.kernel.decisions.evaluation.request(
            caller.name, read_hex(record_id, "record_id", 32), categories[0], purpose, action
        )
        request = replace(request, incident=read_hex(incident, "incident", 32) if incident else bytes(32))
        key = caller.requested_key(read_hex(reader_key, "reader_key") if reader_key else b"")
        return await release_record(batcher, request, key, lambda release: release, answered_about(categories))

    return Depends(release_for_caller)


class AccessForm(Form):
    """Category, purpose and action of an access, and in an emergency the entry of the incident, or of its extension.

    `reader_key` is the HPKE key of a caller without an accredited one, or the one that the sign-in message names. With
    `consents_at_least`, a decision that is based on fewer consents on chain is refused (503).
    """

    category: Annotated[Term, Field(examples=["health.lab"])]
    purpose: Annotated[Term, Field(examples=["hl7:CLINTRCH"])]
    action: Annotated[Term, Field(examples=["view"])] = "view"
    incident: Hex32 = ZERO
    reader_key: Hex = "0x"
    consents_at_least: Annotated[int, Field(ge=0, le=NEVER)] = 0

    def access_request(self, kernel: Kernel, requester: str, record_id: str) -> AccessRequest:
        """The access request of this form. Raises UnknownTerm, MalformedInput."""
        record = read_hex(record_id, "record_id", 32)
        request = kernel.decisions.evaluation.request(requester, record, self.category, self.purpose, self.action)
        if self.incident == ZERO and not self.consents_at_least:
            return request
        return replace(request, incident=read_hex(self.incident, "incident", 32), at_least=self.consents_at_least)


class FieldSelection(AccessForm):
    """An access to fields that expressions select, in the expression language of the service."""

    select: Annotated[list[Text], Field(min_length=1, max_length=100, examples=[["Observation.value"]])]


def may_show(pointers: Callable[[bytes, Sequence[str]], Sequence[str]]) -> Any:
    """FastAPI dependency that releases chosen fields of `record_id` to the caller, or raises AccessDenied.

    `pointers` turns a record's content and the caller's expressions into JSON Pointers.
    """

    def release_fields(record_id: RecordId, question: FieldSelection, caller: SignedIn, kernel: KernelDep) -> Release:
        request = question.access_request(kernel, caller.name, record_id)
        key = caller.requested_key(read_hex(question.reader_key, "reader_key"))
        return kernel.decisions.releases.disclose(request, lambda content: pointers(content, question.select), key)

    return Depends(release_fields)
