"""A person shares an International Patient Summary of their own records as a SMART Health Link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import AppContextDep, SignedIn, subject_bytes
from mydata_ledger.api.routes.links import LinkView
from mydata_ledger.api.schemas import Form, Hex, Seconds, Term
from mydata_ledger.ledger.kernel import LinkTerms
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.services.health.formats.bundle import MEDIA_TYPE
from mydata_ledger.services.health.formats.shlink import shlink
from mydata_ledger.services.health.formats.summary import summary

router = APIRouter(tags=["links"])
Name = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="a link as its maker's list names it")]


HEALTH: list[Term] = ["health"]


class LinkForm(Form):
    """What to share, and with which limits; a `direct` link is one file that anyone with it fetches by GET."""

    categories: Annotated[list[Term], Field(min_length=1, max_length=32)] = HEALTH
    label: Annotated[str, Field(max_length=80, examples=["For the cardiologist"])] = ""
    passcode: Annotated[str, Field(max_length=100)] = ""
    expires: Seconds = 0
    long_term: bool = False
    direct: bool = False
    data_subject: Annotated[Hex | None, Field(description="for whom a delegate makes it; the caller without it")] = None

    def terms(self) -> LinkTerms:
        """The kernel's word for it."""
        shared = tuple(self.categories)
        return LinkTerms(shared, self.label, self.passcode, self.expires, self.long_term, self.direct)


class NewLinkView(BaseModel):
    """`shlink` is shown this once: it carries the key, which is kept nowhere here."""

    shlink: str = Field(examples=["shlink:/eyJ1cmwiOi…"])
    link: LinkView


class RefreshForm(Form):
    """The link's own key, from its `shlink`."""

    key: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{64}$")]


@router.post("/me/links", status_code=201)
def share(form: LinkForm, caller: SignedIn, house: AppContextDep) -> NewLinkView:
    """Make a link over a summary of the caller's own records (FHIR R4 IPS document), sealed under a key that only the
    link carries. Every record that goes into it leaves its receipt, and so does every opening.
    """
    kernel, person = house.kernel, subject_bytes(form.data_subject) if form.data_subject else caller.signer

    def compose(contents: Sequence[bytes]) -> bytes:
        return summary(contents, person, kernel.queries.now())

    base = house.settings.uri.rstrip("/")
    made = kernel.people.sharing.make(person, form.terms(), compose, MEDIA_TYPE, caller.signer)
    return NewLinkView(shlink=shlink(f"{base}/shl/{made.link_id}", made), link=LinkView.of(made.link))


@router.post("/me/links/{name}/refresh")
def refresh(name: Name, form: RefreshForm, caller: SignedIn, house: AppContextDep) -> LinkView:
    """Bring a long-term link of the caller's making up to date with the records as they are now, under the same key."""
    kernel, link = house.kernel, read_hex(name, "name", 32)
    person = kernel.people.links.person_of(caller.signer, link)
    found = kernel.people.sharing.refresh(
        caller.signer,
        link,
        read_hex(form.key, "key", 32),
        lambda contents: summary(contents, person, kernel.queries.now()),
    )
    return LinkView.of(found)
