"""What the operator of this ledger sees beside the public health: deliveries that fail."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn

router = APIRouter(tags=["operation"])


class DeliveryFailuresView(BaseModel):
    """Deliveries that failed for one reason: given up (`dead`) or tried again (`pending`), and the first and last time
    of that (UTC seconds). `host` is given for webhooks of organisations alone. `channel` is empty where the
    subscription has ended.
    """

    state: str = Field(examples=["dead"])
    channel: str = Field(examples=["webhook"])
    host: str = Field(examples=["hooks.example.org"])
    why: str = Field(examples=["the receiver answered 500"])
    count: int
    first: int
    last: int


class FailedDeliveriesView(BaseModel):
    """The failures of the last 30 days, the most frequent first. `complete` is false if there are more than these."""

    failures: list[DeliveryFailuresView]
    complete: bool


@router.get("/operation/deliveries")
def list_failed_deliveries(caller: SignedIn, kernel: KernelDep) -> FailedDeliveriesView:
    """Deliveries of messages that fail, for accredited operators: counts, reasons and times, without recipients."""
    failures, is_complete = kernel.people.failed_deliveries.listed(caller.name)
    return FailedDeliveriesView(
        failures=[DeliveryFailuresView(**asdict(one)) for one in failures], complete=is_complete
    )
