"""What people look at afterwards: break-glass, and research that no rule could decide."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import Form, Hex32, Term, shown
from mydata_ledger.ledger.kernel import Review
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["reviews"])
Queue = Annotated[str, Path(max_length=40, examples=["break-glass"])]
ReviewId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="id of an item; an incident's is its entry")]
After = Annotated[str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last item of the page before")]


class VerdictForm(Form):
    """What the reviewer found, and why."""

    verdict: Annotated[Term, Field(examples=["justified"])]
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class ReviewView(BaseModel):
    """One item; `verdict` is empty while it waits."""

    review_id: Hex32
    queue: str
    party: str
    data_subject: str
    state: str = Field(examples=["waiting"])
    due: int
    said: dict[str, Any]
    verdict: dict[str, Any]

    @classmethod
    def of(cls, review: Review) -> ReviewView:
        """The item as it leaves the house."""
        return cls(
            review_id=shown(review.review_id),
            queue=review.queue,
            party=review.party,
            data_subject=shown(review.person),
            state=review.state,
            due=review.due,
            said=dict(review.verdict_reason),
            verdict=dict(review.verdict),
        )


@router.get("/reviews/overdue")
def overdue(kernel: KernelDep) -> dict[str, int]:
    """How many items wait beyond their deadline, by queue: open to everyone."""
    return kernel.people.reviews.overdue()


@router.get("/reviews/{queue}")
def reviews(queue: Queue, caller: SignedIn, kernel: KernelDep, after: After = "") -> list[ReviewView]:
    """A queue as its accredited reviewers see it, oldest first."""
    start = read_hex(after, "after", 32) if after else b""
    return [ReviewView.of(one) for one in kernel.people.reviews.queue(caller.name, queue, start)]


@router.post("/reviews/{queue}/{review_id}/verdict")
def verdict(queue: Queue, review_id: ReviewId, form: VerdictForm, caller: SignedIn, kernel: KernelDep) -> ReviewView:
    """Close an item; nobody reviews what they did themselves."""
    which = read_hex(review_id, "review_id", 32)
    return ReviewView.of(kernel.people.reviews.give_verdict(caller.name, queue, which, form.verdict, form.reason))


@router.get("/me/incidents")
def incidents(caller: SignedIn, kernel: KernelDep) -> list[ReviewView]:
    """Every break-glass about the caller, and what the reviewers found."""
    return [ReviewView.of(one) for one in kernel.people.reviews.about(caller.signer)]
