"""Sharing an International Patient Summary of one's own records as a SMART Health Link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import ActingFor
from mydata_ledger.api.auth import AppContextDep, SignedIn
from mydata_ledger.api.numbers import Seconds
from mydata_ledger.api.routes.links import LinkView
from mydata_ledger.api.schemas import Form, Hex, Term
from mydata_ledger.formats.fhir.bundle import MEDIA_TYPE
from mydata_ledger.formats.ips import check_shown, summary
from mydata_ledger.ledger.kernel import LinkTerms, OwnRecord
from mydata_ledger.ledger.typed_data import read_hex
from mydata_ledger.services.health.formats.shlink import shlink

router = APIRouter(tags=["links"])
LinkName = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="name of the link, as `/me/links` lists it")]


HEALTH: list[Term] = ["health"]


class LinkForm(Form):
    """What to share, and the limits of the link. A `direct` link is one file that anyone with the
    link fetches by GET.
    """

    categories: Annotated[list[Term], Field(min_length=1, max_length=32)] = HEALTH
    label: Annotated[str, Field(max_length=80, examples=["For the cardiologist"])] = ""
    passcode: Annotated[str, Field(max_length=100)] = ""
    expires: Seconds = 0
    long_term: bool = False
    direct: bool = False
    data_subject: Annotated[
        Hex | None, Field(description="the person for whom a delegate creates it; without it, the caller")
    ] = None

    def terms(self) -> LinkTerms:
        """The kernel's terms."""
        shared = tuple(self.categories)
        return LinkTerms(shared, self.label, self.passcode, self.expires, self.long_term, self.direct)


class NewLinkView(BaseModel):
    """A new link. `shlink` contains the key, which is not stored here, so it is returned only once."""

    shlink: str = Field(examples=["shlink:/eyJ1cmwiOi…"])
    link: LinkView


class RefreshForm(Form):
    """The key of the link, from its `shlink`."""

    key: Annotated[str, Field(pattern="^0x[0-9a-fA-F]{64}$")]


@router.post("/me/links", status_code=201)
def create_link(form: LinkForm, acting: ActingFor, context: AppContextDep) -> NewLinkView:
    """Create a link to a summary of the caller's own records, or of a person for whom they act (a FHIR R4 IPS
    document), sealed under a key that only the link contains.

    Every record in the summary gets a receipt, and so does every opening of the link.
    """
    kernel, person = context.kernel, acting.named(form.data_subject)
    for category in form.categories:
        kernel.queries.vocabulary.check_category(category)
    check_shown(form.categories)

    def compose(records: Sequence[OwnRecord]) -> bytes:
        return summary(records, person, kernel.queries.now())

    base = context.settings.uri.rstrip("/")
    new_link = kernel.people.sharing.make(person, form.terms(), compose, MEDIA_TYPE, acting.signer)
    return NewLinkView(shlink=shlink(f"{base}/shl/{new_link.link_id}", new_link), link=LinkView.of(new_link.link))


@router.post("/me/links/{name}/refresh")
def refresh_link(name: LinkName, form: RefreshForm, caller: SignedIn, context: AppContextDep) -> LinkView:
    """Update a long-term link of the caller with the present records, under the same key."""
    kernel, link = context.kernel, read_hex(name, "name", 32)
    person = kernel.people.links.person_of(caller.signer, link)
    refreshed = kernel.people.sharing.refresh(
        caller.signer,
        link,
        read_hex(form.key, "key", 32),
        lambda records: summary(records, person, kernel.queries.now()),
    )
    return LinkView.of(refreshed)
