"""What is public: parties, notices, words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import Form, NoticeView, shown
from mydata_ledger.ledger.consent import ACTIONS
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.party import Party, checksum
from mydata_ledger.ledger.terms import WRITTEN
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["directory"])


class PartyView(BaseModel):
    """An accredited organisation, as the chain has it; times are UTC seconds, 0 = open."""

    account: str
    name: str
    roles: list[str]
    encryption_key: str
    valid_from: int
    valid_until: int


class NoticeForm(Form):
    """A version of a notice: by language (BCP 47) its layers, the key facts in plain words first."""

    name: Annotated[str, Field(max_length=100, examples=["KCT0008791"])]
    layers: Annotated[dict[str, Annotated[list[str], Field(min_length=1, max_length=8)]], Field(max_length=32)]
    compatible: bool


class TermView(BaseModel):
    """A category or purpose in words; `above` is the purpose that covers it."""

    label: str
    label_ko: str
    above: str


class VocabularyView(BaseModel):
    """The words a consent is written in."""

    categories: dict[str, TermView]
    purposes: dict[str, TermView]
    actions: list[str]
    conditions: list[str]


def _party(party: Party) -> PartyView:
    return PartyView(
        account=party.account,
        name=party.name,
        roles=sorted(party.roles),
        encryption_key=shown(party.encryption_key),
        valid_from=party.valid_from,
        valid_until=party.valid_until,
    )


@router.get("/parties")
def parties(kernel: KernelDep) -> list[PartyView]:
    """Every accredited party, by name."""
    return [_party(party) for party in kernel.queries.parties()]


@router.get("/parties/{account}")
def party(account: Annotated[str, Path(pattern="^0x[0-9a-fA-F]{40}$")], kernel: KernelDep) -> PartyView:
    """One party by its account."""
    found = kernel.queries.party(checksum(read_hex(account, "account", 20)))
    if found is None:
        raise NotFound
    return _party(found)


@router.get("/notices")
def notices(kernel: KernelDep) -> list[NoticeView]:
    """Every published notice, in all versions and languages."""
    return [NoticeView.of(notice) for notice in kernel.queries.notices()]


@router.post("/notices", status_code=201)
def publish(form: NoticeForm, caller: SignedIn, kernel: KernelDep) -> list[NoticeView]:
    """Publish the next version of one of the caller's notices; an incompatible one asks for new signatures."""
    layers = {language: tuple(texts) for language, texts in form.layers.items()}
    return [
        NoticeView.of(n)
        for n in kernel.consents.notices.publish(caller.name, form.name, layers, compatible=form.compatible)
    ]


@router.get("/notices/{digest}")
def notice(digest: Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$")], kernel: KernelDep) -> NoticeView:
    """The notice whose hash a consent carries: exactly the text that was shown."""
    found = kernel.queries.notice(read_hex(digest, "digest", 32))
    if found is None:
        raise NotFound
    return NoticeView.of(found)


@router.get("/vocabulary")
def vocabulary(kernel: KernelDep) -> VocabularyView:
    """Categories, purposes, actions and conditions."""
    words = kernel.queries.vocabulary
    return VocabularyView(
        categories={
            code: TermView(label=t.label, label_ko=t.label_ko, above=t.above) for code, t in words.categories.items()
        },
        purposes={
            code: TermView(label=t.label, label_ko=t.label_ko, above=t.above) for code, t in words.purposes.items()
        },
        actions=sorted(ACTIONS),
        conditions=sorted(WRITTEN),
    )
