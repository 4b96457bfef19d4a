"""Collecting: whether a collector may fetch a person's data from a holder now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.numbers import Seconds
from mydata_ledger.api.routes.transfers import Account
from mydata_ledger.api.schemas import Form, Hex, Hex32, Term, to_hex
from mydata_ledger.ledger.collection import PlannedRecord
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["questions"])
Asset = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{0,64}$", examples=["meter-7f3a"])]


class CollectionForm(Form):
    """Whose data, of which category, from which holder, for which purpose. `asset` is the id of one account, card or
    meter, empty for none. The period is that of the data (0, 0 if unknown).
    """

    data_subject: Hex
    holder: Account
    category: Annotated[Term, Field(examples=["finance.account"])]
    purpose: Annotated[Term, Field(examples=["mydata:PFM_VIEW"])]
    asset: Asset = ""
    data_from: Seconds = 0
    data_until: Seconds = 0


class CollectionAnswer(BaseModel):
    """Whether the caller may collect now, what that rests on, and the obligations; `receipt` is the position of the
    receipt.
    """

    permitted: bool
    reason: str = Field(examples=["consented"])
    consents: list[Hex32]
    obligations: list[str]
    receipt: int


@router.post("/access/collections")
def ask_to_collect(form: CollectionForm, caller: SignedIn, kernel: KernelDep) -> CollectionAnswer:
    """Ask whether the caller, an accredited collector, may collect now: the person's consent to it permits `transfer`.

    Ask just before collecting: a yes is a use, which `once`, `max-uses` and `every-days` count for this holder,
    category and asset.
    """
    holder, person = checksum(read_hex(form.holder, "holder", 20)), subject_bytes(form.data_subject)
    planned = PlannedRecord(person, holder, form.category, form.asset, form.data_from, form.data_until)
    decision, receipt = kernel.decisions.collection.collectable(caller.name, planned, form.purpose)
    return CollectionAnswer(
        permitted=decision.permitted,
        reason=decision.reason,
        consents=[to_hex(entry) for entry in decision.consents],
        obligations=sorted(decision.obligations),
        receipt=receipt.position,
    )
