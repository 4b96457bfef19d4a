"""Counts of people for trials, answered at once or in the background."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import HEX32
from mydata_ledger.ledger.kernel import BackgroundQuestion, Kernel
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.services.trials.logic.counting import BACKGROUND, MOST_AT_ONCE, CountQuestion, people_counted
from mydata_ledger.services.trials.schemas import BackgroundCountView, CountRequest, CountView

router = APIRouter(prefix="/trials/counts", tags=["trials service"])
CountId = Annotated[str, Path(pattern=HEX32, description="id of a count of the caller")]
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"model": BackgroundCountView, "description": "The count was asked in the background."}
}


@router.post("", responses=ACCEPTED)
def count_people(
    form: CountRequest, caller: SignedIn, kernel: KernelDep, response: Response
) -> CountView | BackgroundCountView:
    """How many people with a condition let the caller compute on their clinical profiles for this purpose.

    Each profile that is computed on has a receipt, which its person sees. Nobody is named. Where a fact is withheld or
    not known, the person is not counted. A number below 5, or one that would tell of fewer people beside an earlier
    number, is not given; and about another group than before, a caller gets one number a day.

    If more than 5,000 people name the caller in their consents, the answer is `too_many_people`. Then ask with `wait`
    false: the answer is 202 with a `count_id`, and `GET /trials/counts/{count_id}` has the number once a job has
    counted. What the caller may have is decided then. Five counts of a caller may wait at the same time.
    """
    question = CountQuestion(form.purpose, form.criteria(), form.least)
    if form.wait:
        people = people_counted(kernel, caller.name, question, MOST_AT_ONCE)
        return CountView(people=people, least=form.least)
    view = BackgroundCountView.of(_in_background(form, caller.name, kernel))
    response.status_code, response.headers["Location"] = 202, f"/trials/counts/{view.count_id}"
    return view


@router.get("")
def list_counts(caller: SignedIn, kernel: KernelDep) -> list[BackgroundCountView]:
    """The caller's counts in the background, oldest first: the newest 100, each for seven days after its end."""
    return [BackgroundCountView.of(one) for one in kernel.background.questions.of(BACKGROUND, caller.name)]


@router.get("/{count_id}")
def read_count(count_id: CountId, caller: SignedIn, kernel: KernelDep) -> BackgroundCountView:
    """One of the caller's counts in the background."""
    question = kernel.background.questions.question(BACKGROUND, caller.name, read_hex(count_id, "count_id", 32))
    return BackgroundCountView.of(question)


def _in_background(form: CountRequest, caller: str, kernel: Kernel) -> BackgroundQuestion:
    kernel.queries.vocabulary.path(form.purpose)  # raises for an unknown purpose now, and not when the job runs
    return kernel.background.questions.ask(BACKGROUND, caller, form.model_dump(exclude={"wait"}))
