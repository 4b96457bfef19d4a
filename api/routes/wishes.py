"""A person's standing wishes about requests."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import Form, Term
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.consent_request import Wish, Wishes, WishKind, normal_topic

router = APIRouter(tags=["requests"])


class WishForm(Form):
    """One standing wish."""

    kind: Annotated[WishKind, Field(strict=False)]
    purpose: Term = "*"
    category: Term = "*"
    topics: Annotated[list[Term], Field(max_length=16, default_factory=list)]


class WishesForm(Form):
    """All standing wishes; `validity` limits, by the requester's role, the seconds that a drafted consent is valid."""

    wishes: Annotated[list[WishForm], Field(max_length=64, default_factory=list)]
    validity: Annotated[dict[str, Annotated[int, Field(gt=0, le=NEVER)]], Field(max_length=32, default_factory=dict)]


@router.get("/me/wishes")
def get_wishes(caller: SignedIn, kernel: KernelDep) -> WishesForm:
    """The caller's standing wishes."""
    standing = kernel.people.wishes.of(caller.signer)
    forms = [
        WishForm(kind=w.kind, purpose=w.purpose, category=w.category, topics=list(w.topics)) for w in standing.wishes
    ]
    return WishesForm(wishes=forms, validity=dict(standing.validity))


@router.put("/me/wishes")
def replace_wishes(form: WishesForm, caller: SignedIn, kernel: KernelDep) -> WishesForm:
    """Replace all standing wishes of the caller."""
    replacement = [
        Wish(wish.kind, wish.purpose, wish.category, tuple(map(normal_topic, wish.topics))) for wish in form.wishes
    ]
    kernel.people.wishes.replace(Wishes(caller.signer, tuple(replacement), form.validity))
    return get_wishes(caller, kernel)
