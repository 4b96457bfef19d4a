"""Contacts: messages of a party, in declared texts, to the people whose consents permit them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.numbers import Time
from mydata_ledger.api.schemas import Form, Hex32, Term, to_hex
from mydata_ledger.ledger.kernel.people.contacts import Contact, ContactTerms
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["requests"])
After = Annotated[str, Query(pattern="^(0x[0-9a-fA-F]{64})?$", description="id of the last contact of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]


class ContactForm(Form):
    """A template by id and version (`GET /contacts/templates`), and the purpose and category for which people must
    permit the contact.
    """

    template: Annotated[Term, Field(examples=["trial.invitation"])]
    version: Annotated[int, Field(ge=1, le=10_000)]
    purpose: Annotated[Term, Field(examples=["mydata:TRIAL_CONTACT"])]
    category: Annotated[Term, Field(examples=["health.condition"])]


class ContactView(BaseModel):
    """A contact of the caller; `state` is `sent` from an hour after the start of the sending on, if it has ended."""

    contact_id: Hex32
    template: str
    version: int
    purpose: str
    category: str
    state: str = Field(examples=["waiting"])
    asked_at: Time


class TemplateView(BaseModel):
    """A text that parties may send, by language, for `purpose` or one below it. What is advertising is not sent between
    21:00 and 08:00 in Korea.
    """

    template: str
    version: int
    purpose: str
    texts: dict[str, str]
    advertising: bool


@router.post("/contacts", status_code=202)
def send_contact(form: ContactForm, caller: SignedIn, kernel: KernelDep) -> dict[str, str]:
    """Ask for a message to be sent to everyone who permits the caller, an accredited party, to contact them.

    It is sent later, and decided for each person then. The caller does not learn who or how many they are.
    """
    terms = ContactTerms(form.template, form.version, form.purpose, form.category)
    kernel.people.contacts.ask(caller.name, terms)
    return {"status": "accepted"}


@router.get("/contacts")
def list_contacts(caller: SignedIn, kernel: KernelDep, after: After = "", limit: Limit = 100) -> list[ContactView]:
    """The caller's contacts, oldest first: waiting or sent, never who was reached or how many."""
    start = read_hex(after, "after", 32) if after else b""
    return [_view(one) for one in kernel.people.contacts.of(caller.name, start, limit)]


@router.get("/contacts/templates")
def list_templates(_: SignedIn, kernel: KernelDep) -> list[TemplateView]:
    """Every text that parties may send, in all its versions."""
    vocabulary = kernel.queries.vocabulary
    return [
        TemplateView(
            template=name,
            version=version,
            purpose=template.purpose,
            texts={"en": template.text, "ko": template.text_ko},
            advertising=vocabulary.is_advertising(template.purpose),
        )
        for (name, version), template in sorted(vocabulary.templates.items())
    ]


def _view(contact: Contact) -> ContactView:
    terms = contact.terms
    return ContactView(
        contact_id=to_hex(contact.contact_id),
        template=terms.template,
        version=terms.version,
        purpose=terms.purpose,
        category=terms.category,
        state=contact.state,
        asked_at=contact.asked_at,
    )
