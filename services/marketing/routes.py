"""Statistics for merchants: figures of groups of consenting people, never a single person's row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import Form
from mydata_ledger.services.marketing.logic import BILLS, IDENTITY, SpendingGroup, figures, segments

router = APIRouter(prefix="/marketing", tags=["marketing service"])
PURPOSE, TABLE = "mydata:MARKETING_SEGMENT", "marketing segments"
SMALLEST = 5


class AggregateForm(Form):
    """The smallest group size; never below 5, and never below the limit of a consent."""

    least: Annotated[int, Field(ge=SMALLEST, le=10_000)] = SMALLEST


class GroupView(BaseModel):
    """One group; `mean` is decimal text, null where too few people have bills."""

    group: str = Field(examples=["female 40-59"])
    people: int
    mean: str | None = Field(examples=["1284.50"])
    currency: str


class Aggregate(BaseModel):
    """The groups that may be published. Groups that are too small are left out, and so are groups that differ by fewer
    people than `least` from what the caller received before.
    """

    groups: list[GroupView]
    least: int


@router.post("/aggregates")
def compute_aggregates(form: AggregateForm, caller: SignedIn, kernel: KernelDep) -> Aggregate:
    """The number of consenting people by sex and age band, and their mean bill for care."""
    records = kernel.decisions.computation.records(caller.name, [IDENTITY, BILLS], PURPOSE)
    year = datetime.fromtimestamp(kernel.queries.now(), UTC).year
    groups = segments(records, form.least, year)
    cells = [figure for group in groups for figure in figures(group)]
    passed = iter(kernel.decisions.figures.passes_disclosure_control(caller.name, TABLE, cells))
    views = [_published_view(group, people=next(passed), mean=next(passed)) for group in groups]
    return Aggregate(groups=[view for view in views if view], least=form.least)


def _published_view(group: SpendingGroup, *, people: bool, mean: bool) -> GroupView | None:
    if not people:
        return None
    if not mean or group.mean is None:
        return GroupView(group=group.name, people=group.people, mean=None, currency="")
    return GroupView(group=group.name, people=group.people, mean=str(group.mean), currency=group.currency)
