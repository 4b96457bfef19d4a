"""Human reviews: of break-glass accesses, of research purposes that no rule could decide, and of complaints."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import ActingFor, AsPerson
from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import Form, Hex32, Term, to_hex
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import Review
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["reviews"])
PAGE = 200
Queue = Annotated[str, Path(max_length=40, examples=["break-glass"])]
ReviewId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="id of an item; an incident's is its entry")]
After = Annotated[str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last item of the previous page")]


class VerdictForm(Form):
    """The reviewer's verdict and the reason for it."""

    verdict: Annotated[Term, Field(examples=["justified"])]
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class ComplaintForm(Form):
    """A line of the caller's timeline that was not right, by its position, and why, in the caller's words."""

    position: Annotated[int, Field(ge=0, le=2**62)]
    reason: Annotated[str, Field(max_length=2_000)] = ""


class ReviewView(BaseModel):
    """One item of a review queue; `verdict` is empty until it is reviewed."""

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
        """The view of a review."""
        return cls(
            review_id=to_hex(review.review_id),
            queue=review.queue,
            party=review.party,
            data_subject=to_hex(review.person),
            state=review.state,
            due=review.due,
            said=dict(review.details),
            verdict=dict(review.verdict),
        )


class IncidentReadsView(BaseModel):
    """How many questions were permitted under an incident, by category. `complete` is false if more happened to the
    person since then than was examined.
    """

    categories: dict[str, int] = Field(examples=[{"health.allergy": 1}])
    complete: bool


@router.get("/reviews/overdue")
def count_overdue_reviews(kernel: KernelDep) -> dict[str, int]:
    """The number of items past their deadline, by queue; public."""
    return kernel.people.reviews.overdue()


@router.get("/reviews/{queue}")
def list_reviews(queue: Queue, caller: SignedIn, kernel: KernelDep, after: After = "") -> list[ReviewView]:
    """A review queue, for its accredited reviewers, oldest first."""
    start = read_hex(after, "after", 32) if after else b""
    return [ReviewView.of(review) for review in kernel.people.reviews.queue(caller.name, queue, start)]


@router.get("/reviews/break-glass/{review_id}/reads")
def list_incident_reads(review_id: ReviewId, caller: SignedIn, kernel: KernelDep) -> IncidentReadsView:
    """What was read under an incident or an extension, by category, for accredited reviewers."""
    reads = kernel.people.reviews.reads(caller.name, read_hex(review_id, "review_id", 32))
    return IncidentReadsView(categories=dict(reads.categories), complete=reads.is_complete)


@router.post("/reviews/{queue}/{review_id}/verdict")
def submit_verdict(
    queue: Queue, review_id: ReviewId, form: VerdictForm, caller: SignedIn, kernel: KernelDep
) -> ReviewView:
    """Close an item; nobody may review their own act."""
    item_id = read_hex(review_id, "review_id", 32)
    return ReviewView.of(kernel.people.reviews.give_verdict(caller.name, queue, item_id, form.verdict, form.reason))


@router.get("/me/incidents")
def list_incidents(acting: AsPerson, kernel: KernelDep) -> list[ReviewView]:
    """Every break-glass access about the caller, and the reviewers' verdicts."""
    return [ReviewView.of(review) for review in kernel.people.reviews.about(acting.person)]


@router.post("/me/complaints", status_code=201)
def complain(form: ComplaintForm, acting: ActingFor, kernel: KernelDep) -> ReviewView:
    """Say that a line of the caller's timeline was not right. A reviewer examines it by `due`; a line is filed once.
    With `for`, a line of the person for whom the caller acts, if the delegation covers it and it is no act of the
    caller. The person's own words replace those of a delegate for them, until the verdict.
    """
    complaints = kernel.people.complaints
    if not acting.covers((complaints.category(acting.person, form.position),)):
        raise NotFound
    by = b"" if acting.is_person else acting.signer
    return ReviewView.of(complaints.complain(acting.person, form.position, form.reason, by))


@router.get("/me/complaints")
def list_complaints(acting: ActingFor, kernel: KernelDep, after: After = "") -> list[ReviewView]:
    """The caller's complaints and the reviewers' verdicts, 200 a page; `review_id` is the entry of the line. With
    `for`, those of the person for whom the caller acts, as far as the delegation covers their lines, and none about an
    act of the caller.
    """
    found = acting.covered(
        lambda start, most: kernel.people.complaints.of(acting.person, start, most),
        read_hex(after, "after", 32) if after else b"",
        PAGE,
        lambda review: review.review_id,
        lambda review: (str(review.details["category"]),),
        is_hidden=lambda review: not acting.is_person and review.party == acting.name,
    )
    return [ReviewView.of(review) for review in found]
