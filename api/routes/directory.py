"""Public data: notices and the vocabulary."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.schemas import Form, NoticeView
from mydata_ledger.ledger.consent import ACTIONS
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.sensitivity import KINDS
from mydata_ledger.ledger.terms import WRITTEN
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["directory"])


class NoticeForm(Form):
    """A new version of a notice. `layers` has the texts by language (BCP 47), the key facts in plain words first.
    `compatible` is false if existing consents need a new signature.
    """

    name: Annotated[str, Field(max_length=100, examples=["KCT0008791"])]
    layers: Annotated[dict[str, Annotated[list[str], Field(min_length=1, max_length=8)]], Field(max_length=32)]
    compatible: bool


class TermView(BaseModel):
    """A category or purpose with its labels; `above` is the purpose that covers it."""

    label: str
    label_ko: str
    above: str


class EmergencyView(BaseModel):
    """The categories, each with those below it, that an emergency reaches without consent: `urgent` under an incident,
    `further` too under its extension, nothing else. Before the UTC second `since` it reached every category.
    """

    urgent: list[str]
    further: list[str]
    since: int


class LabelView(BaseModel):
    """A name in English and Korean."""

    label: str
    label_ko: str


class SensitivityView(BaseModel):
    """What records may reveal that the law protects most: the kinds, by their codes in HL7's v3-ActCode, and those of
    each category that is marked.
    """

    kinds: dict[str, LabelView]
    categories: dict[str, list[str]]


class VocabularyView(BaseModel):
    """The terms that a consent may use, what an emergency reaches without one, and which data are sensitive."""

    categories: dict[str, TermView]
    purposes: dict[str, TermView]
    actions: list[str]
    conditions: list[str]
    emergency: EmergencyView
    sensitivity: SensitivityView


@router.get("/notices")
def list_notices(kernel: KernelDep) -> list[NoticeView]:
    """Every published notice, in all versions and languages."""
    return [NoticeView.of(notice) for notice in kernel.queries.notices()]


@router.post("/notices", status_code=201)
def publish_notice(form: NoticeForm, caller: SignedIn, kernel: KernelDep) -> list[NoticeView]:
    """Publish the next version of one of the caller's notices. After an incompatible version, consents need a new
    signature.
    """
    layers = {language: tuple(texts) for language, texts in form.layers.items()}
    return [
        NoticeView.of(notice)
        for notice in kernel.consents.notices.publish(caller.name, form.name, layers, compatible=form.compatible)
    ]


@router.get("/notices/{digest}")
def get_notice(digest: Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$")], kernel: KernelDep) -> NoticeView:
    """The notice with this hash: the exact text that was shown."""
    published = kernel.queries.notice(read_hex(digest, "digest", 32))
    if published is None:
        raise NotFound
    return NoticeView.of(published)


@router.get("/vocabulary")
def get_vocabulary(kernel: KernelDep) -> VocabularyView:
    """Categories, purposes, actions and conditions, what an emergency reaches, and which categories are sensitive."""
    vocabulary = kernel.queries.vocabulary
    return VocabularyView(
        categories={
            code: TermView(label=term.label, label_ko=term.label_ko, above=term.above)
            for code, term in (vocabulary.areas | vocabulary.categories).items()
        },
        purposes={
            code: TermView(label=term.label, label_ko=term.label_ko, above=term.above)
            for code, term in vocabulary.purposes.items()
        },
        actions=sorted(ACTIONS),
        conditions=sorted(WRITTEN),
        emergency=EmergencyView(
            urgent=list(vocabulary.emergency.urgent),
            further=list(vocabulary.emergency.further),
            since=vocabulary.emergency.since,
        ),
        sensitivity=SensitivityView(
            kinds={code: LabelView(label=term.label, label_ko=term.label_ko) for code, term in KINDS.items()},
            categories={code: list(kinds) for code, kinds in vocabulary.sensitive.items()},
        ),
    )
