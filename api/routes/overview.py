"""The overview of a person, for the first page after a sign-in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import ActingFor
from mydata_ledger.api.auth import KernelDep
from mydata_ledger.api.guard import KNOWN_PARAMETERS_ONLY
from mydata_ledger.api.numbers import Time
from mydata_ledger.api.schemas import Hex32, to_hex
from mydata_ledger.ledger.consent_request import DAY
from mydata_ledger.ledger.emergency import Incident
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.kernel.people.overview import PersonOverview, zone_named
from mydata_ledger.ledger.live_permits import LivePermit
from mydata_ledger.ledger.receipt import LoggedStatement

router = APIRouter(tags=["overview"])
ENDS_WITHIN = 30 * DAY


class PermitView(BaseModel):
    """A consent with permits that are not over. `permitted` are those of its categories in which something could be
    read now: none while it is not on chain, its notice was replaced, or another statement forbids it. `until` is when
    its last permit ends.
    """

    consent: Hex32
    grantee: str
    grantee_name: str
    categories: list[str] = Field(examples=[["health.lab"]])
    permitted: list[str] = Field(examples=[["health.lab"]])
    until: Time
    status: str = Field(examples=["active"])


class EndingView(BaseModel):
    """A consent of which a permit ends soon, and when the first does."""

    consent: Hex32
    grantee: str
    grantee_name: str
    categories: list[str]
    ends: Time


class DayView(BaseModel):
    """Questions of others on one day of the zone. A search lists which records may be read, and releases none."""

    day: str = Field(examples=["2026-11-28"])
    permitted: int
    refused: int
    searched: int


class CategoryView(BaseModel):
    """How many records of a category stand, and of the newest: when it was issued, and the period of its data."""

    category: str = Field(examples=["health.lab"])
    records: int
    newest_issued_at: int
    newest_data_from: Time
    newest_data_until: Time


class IncidentView(BaseModel):
    """A declared emergency; `open` says whether it is open now."""

    incident: Hex32
    responder: str
    responder_name: str
    reason: str
    declared_at: int
    until: int
    open: bool


class DelegateView(BaseModel):
    """A delegate who acted for the person in the last seven days, and when last."""

    account: str
    name: str
    relation: str = Field(examples=["guardian"])
    acted_at: int


class Overview(BaseModel):
    """What is open, who may read, what was read lately and what there is.

    `nothing_permitted` is true if nobody could read anything now; with `has_consented`, the person permitted something
    before. `days` are the last seven days of the zone, oldest first, without the person's own questions; they are too
    low in the earliest days if `days_complete` is false, because at most 5,000 lines are read.
    """

    at_time: int
    zone: str = Field(examples=["Asia/Seoul"])
    open_requests: int = Field(description="at most 1,000 are counted")
    nothing_permitted: bool
    has_consented: bool
    permits: list[PermitView]
    ends_soon: list[EndingView] = Field(description="consents of which a permit ends within 30 days, the first first")
    days: list[DayView]
    days_complete: bool
    records: list[CategoryView]
    incidents: list[IncidentView] = Field(description="declared in the last 30 days, the newest first")
    delegates: list[DelegateView]


@router.get("/me/overview", dependencies=[KNOWN_PARAMETERS_ONLY])
def get_overview(
    acting: ActingFor,
    kernel: KernelDep,
    zone: Annotated[
        str, Query(max_length=64, description="time zone of the person (IANA name)", examples=["Asia/Seoul"])
    ] = "UTC",
) -> Overview:
    """One answer for the first page after a sign-in. With `for`, what the delegation covers: consents and requests all
    of whose categories it covers, and lines, records and emergencies of its categories. The person alone sees which
    delegates acted.
    """
    found = kernel.people.views.overviews.of(acting.person, zone_named(zone), acting.covers)
    now = kernel.queries.now()
    return Overview(
        at_time=now,
        zone=zone,
        open_requests=found.open_requests,
        nothing_permitted=not any(permit.permitted for permit in found.permits),
        has_consented=found.has_consented,
        permits=[_permit_view(permit, now) for permit in found.permits],
        ends_soon=_ends_soon(found, now),
        days=[
            DayView(day=one.day, permitted=one.permitted, refused=one.refused, searched=one.searched)
            for one in found.days
        ],
        days_complete=found.is_complete,
        records=_records(found),
        incidents=[_incident_view(logged, now, kernel) for logged in found.incidents],
        delegates=[
            DelegateView(account=one.account, name=one.name, relation=one.relation, acted_at=one.acted_at)
            for one in found.delegates
            if acting.office is None
        ],
    )


def _permit_view(permit: LivePermit, now: int) -> PermitView:
    consent = permit.state.consent
    return PermitView(
        consent=to_hex(permit.state.entry),
        grantee=consent.grantee,
        grantee_name=consent.grantee_name,
        categories=list(permit.categories),
        permitted=list(permit.permitted),
        until=permit.last_end,
        status=str(permit.state.status(now)),
    )


def _ends_soon(found: PersonOverview, now: int) -> list[EndingView]:
    soon = [one for one in found.permits if one.first_end <= now + ENDS_WITHIN]
    return [
        EndingView(
            consent=to_hex(one.state.entry),
            grantee=one.state.consent.grantee,
            grantee_name=one.state.consent.grantee_name,
            categories=list(one.categories),
            ends=one.first_end,
        )
        for one in sorted(soon, key=lambda one: one.first_end)
    ]


def _records(found: PersonOverview) -> list[CategoryView]:
    return [
        CategoryView(
            category=one.newest.issue.category,
            records=one.count,
            newest_issued_at=one.newest.issue.issued_at,
            newest_data_from=one.newest.issue.data_from,
            newest_data_until=one.newest.issue.data_until,
        )
        for one in found.counts
    ]


def _incident_view(logged: LoggedStatement, now: int, kernel: Kernel) -> IncidentView:
    incident = logged.signed.statement
    if not isinstance(incident, Incident):
        raise TypeError("only an incident is declared")
    party = kernel.queries.party(incident.responder)
    return IncidentView(
        incident=to_hex(logged.signed.entry.entry),
        responder=incident.responder,
        responder_name=party.name if party else incident.responder,
        reason=incident.reason,
        declared_at=logged.accepted_at,
        until=incident.expires,
        open=incident.not_before <= now < incident.expires,
    )
