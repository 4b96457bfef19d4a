"""Messages to the caller, and subscriptions to other channels."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import AsPerson
from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import Form, Hex32, Language, Term, to_hex
from mydata_ledger.ledger.kernel.people.inbox import PENDING
from mydata_ledger.ledger.kernel.people.subscriptions import Subscription
from mydata_ledger.ledger.message import of_person
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.ledger.wording import ENGLISH

router = APIRouter(tags=["inbox"])
After = Annotated[
    str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last message or delivery of the previous page")
]
SubscriptionId = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$")]


class MessageView(BaseModel):
    """One message; `subject` names what it is about. A message of a party (`contact.sent`) has its text, and the
    entries of the consents that permitted it, which may be withdrawn; other messages have neither.
    """

    message_id: Hex32
    event: str = Field(examples=["data.used"])
    subject: str
    at: int
    detail: dict[str, str]
    text: str = ""
    consents: list[Hex32] = []


class SubscriptionForm(Form):
    """A channel: `webhook` with an https URL, or `email`. An empty list of events means all."""

    channel: Annotated[str, Field(examples=["webhook"], max_length=20)]
    address: Annotated[str, Field(examples=["https://example.org/hook"], max_length=500)]
    events: Annotated[list[Term], Field(max_length=16, default_factory=list)]


class SubscriptionView(BaseModel):
    """A subscription. `secret` signs webhooks by Standard Webhooks (`whsec_` and base64); it is returned once, on
    creation.
    """

    subscription_id: Hex32
    channel: str
    address: str
    events: list[str]
    secret: str = ""


class DeliveryView(BaseModel):
    """A delivery and its state; `due` is the time of the next attempt, 0 if there is none."""

    delivery_id: Hex32
    event: str
    state: str = Field(examples=["pending"])
    attempts: int
    due: int
    why: str


class ResultsForm(Form):
    """Which study has results: its reference, capital letters and digits in at most four parts joined by `-`, `_` or
    `/`.
    """

    reference: Annotated[str, Field(min_length=1, max_length=500, examples=["KCT0008791"])]


@router.get("/me/inbox")
def list_messages(
    acting: AsPerson, kernel: KernelDep, after: After = "", language: Language = ENGLISH
) -> list[MessageView]:
    """Messages to the caller, as a person and as a party, oldest first; texts of parties in `language`."""
    start = read_hex(after, "after", 32) if after else b""
    messages = [message for name in _names(acting.person) for message in kernel.people.inbox.read(name, start)]
    return [
        MessageView(
            message_id=to_hex(message.message_id),
            event=message.event,
            subject=message.subject,
            at=message.occurred_at,
            detail=dict(message.detail),
            text=kernel.people.inbox.text_of(message, language),
            consents=message.detail.get("consents", "").split(),
        )
        for message in sorted(messages, key=lambda message: message.message_id)
    ]


@router.post("/me/subscriptions", status_code=201)
def add_subscription(form: SubscriptionForm, acting: AsPerson, kernel: KernelDep) -> SubscriptionView:
    """Notify the caller on another channel too. A party is notified as a party, anyone else as a person."""
    subscription = kernel.people.subscriptions.add(
        _main_name(acting.person, kernel), form.channel, form.address, frozenset(form.events)
    )
    return _view(subscription, subscription.secret)


@router.get("/me/subscriptions")
def list_subscriptions(acting: AsPerson, kernel: KernelDep) -> list[SubscriptionView]:
    """The subscriptions of the caller."""
    return [_view(one) for name in _names(acting.person) for one in kernel.people.subscriptions.of(name)]


@router.delete("/me/subscriptions/{subscription_id}", status_code=204)
def end_subscription(subscription_id: SubscriptionId, acting: AsPerson, kernel: KernelDep) -> None:
    """End one subscription."""
    kernel.people.subscriptions.end(_main_name(acting.person, kernel), read_hex(subscription_id, "subscription_id", 32))


@router.get("/me/deliveries")
def list_deliveries(acting: AsPerson, kernel: KernelDep, after: After = "") -> list[DeliveryView]:
    """Deliveries to the caller and their state, oldest first."""
    start = read_hex(after, "after", 32) if after else b""
    return [
        DeliveryView(
            delivery_id=to_hex(item.id),
            event=item.body["event"],
            state=item.state,
            attempts=item.body["attempts"],
            due=item.due if item.state == PENDING else 0,
            why=item.body.get("why", ""),
        )
        for item in kernel.people.deliveries.of(_main_name(acting.person, kernel), start)
    ]


@router.post("/results", status_code=202)
def announce_results(form: ResultsForm, caller: SignedIn, kernel: KernelDep) -> dict[str, str]:
    """Notify everyone who has a live grant to the caller, for research or for contact, that a study has results; it is
    sent later. The caller does not learn who they are.
    """
    kernel.people.announcements.results(caller.name, form.reference)
    return {"status": "announced"}


def _names(person: bytes) -> list[str]:
    """The names to which the caller's messages are addressed: the account of a party, and the bytes of a person."""
    return sorted({requester_name(person), of_person(person)})


def _main_name(person: bytes, kernel: KernelDep) -> str:
    name = requester_name(person)
    return name if kernel.queries.party(name) else of_person(person)


def _view(subscription: Subscription, secret: str = "") -> SubscriptionView:
    return SubscriptionView(
        subscription_id=to_hex(subscription.subscription_id),
        channel=subscription.channel,
        address=subscription.address,
        events=sorted(subscription.events),
        secret=secret,
    )
