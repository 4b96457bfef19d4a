"""Parties: who asks, what the registry and they themselves say of them, and what they had to do with a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from mydata_ledger.api.acting import ActingFor
from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.numbers import Time
from mydata_ledger.api.schemas import Form, to_hex
from mydata_ledger.ledger.consent_request import RequestState
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.party import Party, checksum, name_in
from mydata_ledger.ledger.party_card import LONGEST, PartyCard
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["directory"])
Account = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{40}$", description="account of a party")]
Line = Annotated[str, Field(max_length=LONGEST)]


class PartyCardForm(Form):
    """What a party states about itself. Each member is one line of plain text, or empty.

    Give your name in the language that the registry does not have: people read this ledger in Korean and in English.
    """

    contact: Annotated[Line, Field(examples=["study@example.org, +82 2 123 4567"])] = ""
    registration: Annotated[Line, Field(examples=["KCT0008791, IRB 2026-11-003"])] = ""
    homepage: Annotated[Line, Field(examples=["https://example.org/study"])] = ""
    name_en: Annotated[Line, Field(examples=["Demo Trial"])] = ""
    name_ko: Annotated[Line, Field(examples=["데모 임상시험"])] = ""


class StatedView(PartyCardForm):
    """What a party states about itself. Nobody has checked it: show it as text that is stated by themselves."""

    stated_at: int


class PartyView(BaseModel):
    """An accredited organisation, as registered on chain; times are UTC seconds, 0 where open. `name` may be in two
    languages (`English | 한국어`); `names` has it by language.

    `listed_since` is since when this ledger has read the entry without a break (null if it is not known), `accredited`
    whether the accreditation holds now, and `registry` the contract whose registrar accredited it. `stated` is what the
    party says about itself, which nobody has checked.
    """

    account: str
    name: str
    names: dict[str, str]
    roles: list[str] = Field(examples=[["trial"]])
    encryption_key: str
    valid_from: Time
    valid_until: Time
    accredited: bool
    listed_since: int | None
    registry: str
    stated: StatedView | None


class AskedView(BaseModel):
    """Requests of the party to the person: how many, how they ended (by state), and the first and last time. They are
    too few if `complete` is false: at most 1,000 are read.
    """

    total: int
    states: dict[str, int] = Field(examples=[{"granted": 1, "refused": 2}])
    first_at: int
    last_at: int
    complete: bool


class ReadsView(BaseModel):
    """Questions of the party about the person: what was permitted, refused, and searches, which release nothing; the
    first and last time, 0 for never. Older lines are not counted if `complete` is false.
    """

    permitted: int
    refused: int
    searched: int
    first_at: int
    last_at: int
    complete: bool


class RelationView(BaseModel):
    """What a party had to do with the person."""

    account: str
    name: str
    asked: AskedView
    reads: ReadsView


@router.get("/parties")
def list_parties(context: AppContextDep) -> list[PartyView]:
    """Every accredited party, ordered by name."""
    kernel = context.kernel
    parties = kernel.queries.parties()
    cards = kernel.people.party_cards.of_many(party.account for party in parties)
    registry = context.settings.registries.get("parties", "")
    return [_view(party, cards.get(party.account), kernel, registry) for party in parties]


@router.get("/parties/{account}")
def get_party(account: Account, context: AppContextDep) -> PartyView:
    """One party, by its account: the card of who asks."""
    kernel = context.kernel
    party = kernel.queries.party(_account(account))
    if party is None:
        raise NotFound
    registry = context.settings.registries.get("parties", "")
    return _view(party, kernel.people.party_cards.of(party.account), kernel, registry)


@router.put("/me/party")
def state_own_card(form: PartyCardForm, caller: SignedIn, kernel: KernelDep) -> StatedView:
    """Replace what the caller, an accredited party, states about itself: how to reach it, its registration, its home
    page, and its name in the language that the registry does not have. It is shown as not checked.
    """
    return _stated(kernel.people.party_cards.state(caller.name, PartyCard(**form.model_dump())))


@router.get("/me/parties/{account}")
def get_relation(account: Account, acting: ActingFor, kernel: KernelDep) -> RelationView:
    """What a party had to do with the caller: how often it asked for consent and how that ended, how often it read and
    was refused. With `for`, as far as the delegation covers it. A party that is accredited no more is answered too.
    """
    name = _account(account)
    party, relation = kernel.queries.party(name), kernel.people.views.relations.of(acting.person, name, acting.covers)
    requests = relation.requests
    return RelationView(
        account=name,
        name=party.name if party else "",
        asked=AskedView(
            total=sum(requests.states.values()),
            states={str(state): requests.states[state] for state in RequestState if requests.states.get(state)},
            first_at=requests.first,
            last_at=requests.last,
            complete=requests.is_complete,
        ),
        reads=ReadsView(
            permitted=relation.permitted,
            refused=relation.refused,
            searched=relation.searched,
            first_at=relation.first,
            last_at=relation.last,
            complete=relation.is_complete,
        ),
    )


def _account(text: str) -> str:
    return checksum(read_hex(text, "account", 20))


def _view(party: Party, card: PartyCard | None, kernel: Kernel, registry: str) -> PartyView:
    return PartyView(
        account=party.account,
        name=party.name,
        names={"en": name_in(party.name, korean=False), "ko": name_in(party.name, korean=True)},
        roles=sorted(party.roles),
        encryption_key=to_hex(party.encryption_key),
        valid_from=party.valid_from,
        valid_until=party.valid_until,
        accredited=party.accredited(kernel.queries.now()),
        listed_since=kernel.queries.party_since(party.account),
        registry=registry,
        stated=_stated(card) if card and card.says_anything else None,
    )


def _stated(card: PartyCard) -> StatedView:
    names = ("contact", "registration", "homepage", "name_en", "name_ko", "stated_at")
    return StatedView(**{name: getattr(card, name) for name in names})
