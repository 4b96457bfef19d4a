"""What one was told, and where else one wants to be told."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import Caller, KernelDep, SignedIn
from mydata_ledger.api.schemas import Form, Hex32, Term, shown
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription
from mydata_ledger.ledger.message import of_person
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["inbox"])
After = Annotated[str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last one of the page before")]
SubscriptionId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$")]


class MessageView(BaseModel):
    """One message; `subject` names what it is about."""

    message_id: Hex32
    event: str = Field(examples=["data.used"])
    subject: str
    at: int
    detail: dict[str, str]


class SubscriptionForm(Form):
    """`webhook` with an https URL, or `email`; no events means all."""

    channel: Annotated[str, Field(examples=["webhook"], max_length=20)]
    address: Annotated[str, Field(examples=["https://example.org/hook"], max_length=500)]
    events: Annotated[list[Term], Field(max_length=16, default_factory=list)]


class SubscriptionView(BaseModel):
    """A subscription; `secret` signs webhooks as Standard Webhooks have it (`whsec_` and base64) and is shown once,
    when it is made.
    """

    subscription_id: Hex32
    channel: str
    address: str
    events: list[str]
    secret: str = ""


class DeliveryView(BaseModel):
    """What was, will be or could not be delivered; `due` is the next try, 0 when there is none."""

    delivery_id: Hex32
    event: str
    state: str = Field(examples=["pending"])
    attempts: int
    due: int
    why: str


class ResultsForm(Form):
    """Which results are out, in words for the people whose consent stands."""

    reference: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("/me/inbox")
def inbox(caller: SignedIn, kernel: KernelDep, after: After = "") -> list[MessageView]:
    """What the caller was told, as a person and as a party, oldest first."""
    start = read_hex(after, "after", 32) if after else b""
    found = [one for name in _names(caller) for one in kernel.people.inbox.read(name, start)]
    return [
        MessageView(
            message_id=shown(m.message_id), event=m.event, subject=m.subject, at=m.occurred_at, detail=dict(m.detail)
        )
        for m in sorted(found, key=lambda message: message.message_id)
    ]


@router.post("/me/subscriptions", status_code=201)
def subscribe(form: SubscriptionForm, caller: SignedIn, kernel: KernelDep) -> SubscriptionView:
    """Tell the caller there too; parties are told as parties, everyone else as a person."""
    made = kernel.people.subscriptions.add(
        _main_name(caller, kernel), form.channel, form.address, frozenset(form.events)
    )
    return _view(made, made.secret)


@router.get("/me/subscriptions")
def subscriptions(caller: SignedIn, kernel: KernelDep) -> list[SubscriptionView]:
    """Where the caller is told."""
    return [_view(one) for name in _names(caller) for one in kernel.people.subscriptions.of(name)]


@router.delete("/me/subscriptions/{subscription_id}", status_code=204)
def unsubscribe(subscription_id: SubscriptionId, caller: SignedIn, kernel: KernelDep) -> None:
    """End one."""
    kernel.people.subscriptions.end(_main_name(caller, kernel), read_hex(subscription_id, "subscription_id", 32))


@router.get("/me/deliveries")
def deliveries(caller: SignedIn, kernel: KernelDep, after: After = "") -> list[DeliveryView]:
    """What became of the caller's deliveries, oldest first."""
    start = read_hex(after, "after", 32) if after else b""
    return [
        DeliveryView(
            delivery_id=shown(paper.id),
            event=paper.body["event"],
            state=paper.state,
            attempts=paper.body["attempts"],
            due=paper.due,
            why=paper.body.get("why", ""),
        )
        for paper in kernel.people.deliveries.of(_main_name(caller, kernel), start)
    ]


@router.post("/results", status_code=202)
def results(form: ResultsForm, caller: SignedIn, kernel: KernelDep) -> dict[str, str]:
    """Tell everyone whose consent to the caller stands that results are out; who they are is not said."""
    kernel.people.announcements.results(caller.name, form.reference)
    return {"status": "announced"}


def _names(caller: Caller) -> list[str]:
    """Under which names the caller is told: the account of a party, and the bytes of a person."""
    return sorted({caller.name, of_person(caller.signer)})


def _main_name(caller: Caller, kernel: KernelDep) -> str:
    return caller.name if kernel.queries.party(caller.name) else of_person(caller.signer)


def _view(one: Subscription, secret: str = "") -> SubscriptionView:
    return SubscriptionView(
        subscription_id=shown(one.subscription_id),
        channel=one.channel,
        address=one.address,
        events=sorted(one.events),
        secret=secret,
    )
