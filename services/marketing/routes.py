"""What a merchant gets: numbers about groups of consenting people, and nobody's row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import Form
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.services.marketing.logic import SpendingGroup, figures, segments

router = APIRouter(prefix="/marketing", tags=["marketing service"])
PURPOSE = "mydata:MARKETING_SEGMENT"
SMALLEST = 5


class AggregateForm(Form):
    """How small a group may be; never below 5, and never below what a consent says."""

    least: Annotated[int, Field(ge=SMALLEST, le=10_000)] = SMALLEST


class GroupView(BaseModel):
    """One group; `mean` is decimal text, null where too few have bills."""

    group: str = Field(examples=["female 40-59"])
    people: int
    mean: str | None = Field(examples=["1284.50"])
    currency: str


class Aggregate(BaseModel):
    """Groups large enough to be told; smaller ones look like none, and so do those that differ from what the caller
    was told before by fewer people than that.
    """

    groups: list[GroupView]
    least: int


@router.post("/aggregates")
def aggregate(form: AggregateForm, caller: SignedIn, kernel: KernelDep) -> Aggregate:
    """How many consenting people there are by sex and age band, and what they are billed for care."""
    bills = list(kernel.decisions.computation.records(caller.name, "health.claim", PURPOSE))
    identities = list(kernel.decisions.computation.records(caller.name, "health.identity", PURPOSE))
    year = datetime.fromtimestamp(kernel.queries.now(), UTC).year
    found = segments(identities, bills, form.least, year)
    told = [_told(group, caller.name, kernel) for group in found]
    return Aggregate(groups=[view for view in told if view], least=form.least)


def _told(group: SpendingGroup, caller: str, kernel: Kernel) -> GroupView | None:
    people, mean = kernel.decisions.figures.passes_disclosure_control(caller, figures(group))
    if not people:
        return None
    if not mean or group.mean is None:
        return GroupView(group=group.name, people=group.people, mean=None, currency="")
    return GroupView(group=group.name, people=group.people, mean=str(group.mean), currency=group.currency)
