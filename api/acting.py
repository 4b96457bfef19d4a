"""For whom a caller acts: `?for=` is resolved here, at every request, to signer, person and office.

A delegation that ended, expired or was never given ends the request here. So a delegation that ends in the middle of a
session ends what the session may see.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.auth import FOR, Caller, SessionToken, kernel, subject_bytes
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import MalformedInput, NotEntitled
from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.party import requester_name

ANY = ("*",)
Item = TypeVar("Item")
Key = TypeVar("Key")
ForQuery = Annotated[
    str | None,
    Query(
        alias=FOR,
        max_length=400,
        description="the person for whom a guardian or another delegate acts, in 0x-hex; by default the caller",
    ),
]
OWN_FOR = "the person whose other device (relation `own-device`) asks, in 0x-hex; by default the caller"
OwnForQuery = Annotated[
    str | None,
    Query(
        alias=FOR,
        max_length=400,
        description=OWN_FOR,
    ),
]


@dataclass(frozen=True, slots=True)
class Acting:
    """Who signed in, for which person they act, and under which delegation (None: the person is the caller)."""

    signer: bytes
    person: bytes
    office: Delegation | None = None

    @property
    def name(self) -> str:
        """The caller's name as a requester."""
        return requester_name(self.signer)

    @property
    def is_person(self) -> bool:
        """Whether the caller is the person, with their own or with a further key of theirs."""
        return self.office is None or self.office.is_own_device

    def covers(self, categories: Collection[str]) -> bool:
        """Whether the caller sees what is about all of these categories; what names none may be about any."""
        return self.office is None or self.office.covers(categories or ANY)

    def covered(
        self,
        read: Callable[[Key, int], Sequence[Item]],
        after: Key,
        limit: int,
        key_of: Callable[[Item], Key],
        categories_of: Callable[[Item], Collection[str]],
        *,
        is_hidden: Callable[[Item], bool] = lambda _: False,
    ) -> Sequence[Item]:
        """The first `limit` items above `after` that the caller sees. A page is full if more follow, so that its length
        does not show what is left out. What `is_hidden` names is left out for a delegate.
        """
        if self.office is None:
            return read(after, limit)
        found: list[Item] = []
        while len(found) < limit and (page := read(after, limit)):
            found += [item for item in page if self.covers(categories_of(item)) and not is_hidden(item)]
            after = key_of(page[-1])
        return found[:limit]

    def named(self, text: str | None) -> bytes:
        """The person of a form that may name one too. Raises MalformedInput if the two differ."""
        if text is None:
            return self.person
        person = subject_bytes(text)
        if self.person not in {self.signer, person}:
            raise MalformedInput("`for` and `data_subject` name different persons; give one of them")
        return person


_caller = SessionToken(takes_for=True)


async def _acting(request: Request, caller: Annotated[Caller, Depends(_caller)], named: ForQuery = None) -> Acting:
    return await _resolved(request, caller, named, own_keys=False)


async def _as_person(
    request: Request, caller: Annotated[Caller, Depends(_caller)], named: OwnForQuery = None
) -> Acting:
    return await _resolved(request, caller, named, own_keys=True)


async def _resolved(request: Request, caller: Caller, named: str | None, *, own_keys: bool) -> Acting:
    if len(request.query_params.getlist(FOR)) > 1:
        raise MalformedInput("`for` names one person; give it once")
    if named is None or (person := subject_bytes(named, FOR)) == caller.signer:
        return Acting(caller.signer, caller.signer)
    return await run_in_threadpool(_act_for, await kernel(request), caller.signer, person, own_keys)


def _act_for(ledger: Kernel, signer: bytes, person: bytes, own_keys: bool) -> Acting:
    """Raises NotEntitled for a stranger, and with `own_keys` for every delegate but a further key of the person; the
    view leaves a receipt for the person before it is answered.
    """
    office = ledger.consents.acting.standing(signer, person).delegation
    if own_keys and not office.is_own_device:
        raise NotEntitled("this is for the person alone, and for a device that the person named as their own")
    ledger.decisions.search.log_view(requester_name(signer), person, office.categories)
    return Acting(signer, person, office)


ActingFor = Annotated[Acting, Depends(_acting)]
"""The caller, and the person of `?for=`. Raises SessionRequired, MalformedInput, NotEntitled, ChainBehind."""
AsPerson = Annotated[Acting, Depends(_as_person)]
"""As `ActingFor`, where no delegate acts but a further key of the person (ADR 71)."""
