"""A person's own history: every access to their data with its proof, and every other statement about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.access_lines import AccessView, StatementView, access_lines, statement_fields
from mydata_ledger.api.acting import ActingFor
from mydata_ledger.api.auth import AppContext, AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.guard import KNOWN_PARAMETERS_ONLY
from mydata_ledger.api.routes.logs import LogName
from mydata_ledger.api.schemas import Order, to_hex
from mydata_ledger.ledger.derived import DerivedRecord
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.kernel import Proof
from mydata_ledger.ledger.kernel.people.timeline import PageStart
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import Statement, category_of_access
from mydata_ledger.ledger.timeline import Only, TimelineFilter
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["timeline"])
After = Annotated[int, Query(ge=-1, le=2**62, description="`next` of the previous page")]
Limit = Annotated[int, Query(ge=1, le=200)]
NEWEST = 2**62
"""A position above all others."""


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """Where a page starts, how long it is, and which lines are wanted."""

    start: PageStart
    limit: int
    wanted: TimelineFilter


def _timeline_query(
    *,
    after: Annotated[int | None, Query(ge=-1, le=2**62, description="`next` of the page before")] = None,
    before: Annotated[
        int | None, Query(ge=0, le=2**62, description="`next` of the page before, newest lines first")
    ] = None,
    order: Annotated[Order, Query(description="where to start without `after` and `before`")] = Order.OLDEST,
    limit: Limit = 50,
    party: Annotated[str, Query(pattern="^(0x([0-9a-fA-F]{2}){20,84})?$", description="account of who asked")] = "",
    only: Annotated[Only | None, Query(description="these lines alone")] = None,
    own: Annotated[bool, Query(description="false leaves out the person's own reading")] = True,
) -> TimelineQuery:
    if after is not None and before is not None:
        raise MalformedInput("give `after` or `before`, not both")
    if before is not None or (after is None and order is Order.NEWEST):
        start = PageStart(NEWEST if before is None else before, newest_first=True)
    else:
        start = PageStart(-1 if after is None else after, newest_first=False)
    account = requester_name(read_hex(party, "party")) if party else ""
    return TimelineQuery(start, limit, TimelineFilter(account, only, own))


TimelineQueryDep = Annotated[TimelineQuery, Depends(_timeline_query)]


class Timeline(BaseModel):
    """One page. Pass `next` as `after` to get the next page, or as `before` if the newest lines come first; it is null
    on the last page.
    """

    accesses: list[AccessView]
    next: int | None


class Statements(BaseModel):
    """One page of the statements of a log about the caller."""

    statements: list[StatementView]
    next: int | None


class DerivedView(BaseModel):
    """A derived record and its sources, each as `[record id, category, commitment]`."""

    record_id: str
    kind: str = Field(examples=["clinical-profile"])
    data_subject: str
    salt: str
    built_at: int
    sources: list[tuple[str, str, str]]

    @classmethod
    def of(cls, record: DerivedRecord) -> DerivedView:
        """The view of a derived record."""
        sources = [(to_hex(s.record_id), s.category, to_hex(s.commitment)) for s in record.sources]
        named = {"record_id": to_hex(record.id), "data_subject": to_hex(record.data_subject)}
        return cls(**named, kind=record.kind, salt=to_hex(record.salt), built_at=record.built_at, sources=sources)


class DerivedPage(BaseModel):
    """One page. Pass `next` as `after` to get the next page; it is empty on the last one."""

    records: list[DerivedView]
    next: str


@router.get("/me/timeline", dependencies=[KNOWN_PARAMETERS_ONLY])
def get_timeline(query: TimelineQueryDep, acting: ActingFor, context: AppContextDep) -> Timeline:
    """Every access to the caller's data, permitted or denied, with the reader's acknowledgement if there is one, and
    every emergency declared about the caller, or extended. With `for`, those of a person for whom the caller acts, as
    far as the delegation covers them.

    Pages start with the oldest line and go on with `after`, or start with the newest (`order=newest`) and go on with
    `before`: lines that are added meanwhile shift none of these pages. With a filter, a page may have fewer lines than
    `limit` and still a `next`, because the work for one page is bounded; go on with `next` until it is null.

    `own=false` leaves out what the person asked themselves, exports too, and each look of somebody who acts for them at
    what the person sees. A record that a delegate opened and a link that somebody opened stay.
    """
    page = context.kernel.people.views.timeline.page(
        acting.person, query.wanted, query.start, query.limit, lambda line: acting.covers(access_categories(line))
    )
    return Timeline(accesses=access_lines(page.lines, acting.person, context), next=page.next)


@router.get("/me/statements/{log}")
def list_statements(
    log: LogName, caller: SignedIn, context: AppContextDep, after: After = -1, limit: Limit = 50
) -> Statements:
    """Every complete statement of a log about the caller: enough to recompute each decision (`mydata audit`)."""
    proofs = _proofs_about(context, log, caller.signer, after, limit)
    return Statements(
        statements=[StatementView(**statement_fields(proof, context)) for proof in proofs], next=_next(proofs, limit)
    )


@router.get("/me/derived-records")
def list_derived_records(
    caller: SignedIn,
    kernel: KernelDep,
    after: Annotated[str, Query(pattern="^0x([0-9a-fA-F]{64})?$")] = "0x",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> DerivedPage:
    """Every derived record that the caller ever had, with its sources: enough to recompute the answers about it. An id
    is SHA-256 over its kind, its salt and its sources (ADR 62). The content is not here.
    """
    records, place = kernel.derived.held.versions(caller.signer, read_hex(after, "after"), limit)
    return DerivedPage(records=[DerivedView.of(record) for record in records], next=to_hex(place) if place else "")


def _proofs_about(context: AppContext, log: str, person: bytes, after: int, limit: int) -> list[Proof]:
    kernel = context.kernel
    return kernel.records.proofs.prove_all(log, kernel.queries.statements_about(log, person, after, limit))


def _next(proofs: Sequence[Proof], limit: int) -> int | None:
    return proofs[-1].logged.position if len(proofs) == limit else None


def access_categories(statement: Statement) -> tuple[str, ...]:
    """What an entry of the access log is about; an emergency is about health."""
    return (category_of_access(statement),)
