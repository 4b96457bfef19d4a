"""Requests for consent: what a party requests from a person, the person's standing wishes about requests, and how a
request ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from unicodedata import normalize

from mydata_ledger.ledger.consent import NEVER, Effect, Grant, category_covers
from mydata_ledger.ledger.scope import covers_all, overlaps
from mydata_ledger.ledger.vocabulary import Vocabulary


class RequestState(StrEnum):
    """The states of a request; all but the first are final."""

    REQUESTED = "requested"
    GRANTED = "granted"
    GRANTED_NARROWER = "granted_narrower"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Origin(StrEnum):
    """What a request came from. Its requester sees one that came from a refused question never, and one that came from
    an offer once a consent has answered it: before, it would tell who has such data, or such a wish.
    """

    ASKED = "asked"
    QUESTION = "question"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A request of an accredited party that a person sign a consent.

    `grants` are permits. `benefit` states what the person gets, `benefit_ko` states it in Korean. `reference` names a
    study, claim or campaign. Both times are UTC seconds, `answer_by` exclusive. `asked_after` is the size of the
    consents log at that time, because an earlier consent is no answer. `notice_hash` is the notice that the consent
    would carry. `silent` means that a standing wish answered: the requester sees the request as unanswered until it
    expires.
    """

    request_id: bytes
    requester: str
    data_subject: bytes
    grants: tuple[Grant, ...]
    notice_hash: bytes
    benefit: str
    reference: str
    asked_at: int
    answer_by: int
    asked_after: int = 0
    state: RequestState = RequestState.REQUESTED
    answered_at: int = 0
    consent: bytes = b""
    silent: bool = False
    origin: Origin = Origin.ASKED
    benefit_ko: str = ""

    @property
    def categories(self) -> frozenset[str]:
        """Every category that it asks for."""
        return frozenset(category for grant in self.grants for category in grant.categories)

    def status_at(self, now: int) -> ConsentRequest:
        """The request as of `now`: an unanswered one expires."""
        has_expired = self.state is RequestState.REQUESTED and now >= self.answer_by
        return replace(self, state=RequestState.EXPIRED, answered_at=self.answer_by) if has_expired else self

    def as_asker_sees(self, now: int) -> ConsentRequest:
        """The request without what only the person knows: an answer by a standing wish looks like no answer."""
        if not self.silent:
            return self.status_at(now)
        return replace(self, state=RequestState.REQUESTED, answered_at=0, silent=False).status_at(now)


def normal_topic(topic: str) -> str:
    """The form in which topics are compared: Unicode NFKC, lower case, without outer spaces."""
    return normalize("NFKC", topic).lower().strip()


class WishKind(StrEnum):
    """What a person wants to happen with requests of a kind, without a decision each time."""

    TELL = "tell"
    ASK = "ask"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Wish:
    """A standing wish about requests for a purpose (and all below it) over a category (and all below it); `*` is any.

    With `tell` the person wants to receive offers whose topics include all of `topics` (words such as `diabetes`,
    `seoul`, in the form of `normal_topic`). With `ask` a denied question may become a request. With `never` the answer
    is no and the person is not notified.
    """

    kind: WishKind
    purpose: str = "*"
    category: str = "*"
    topics: tuple[str, ...] = ()

    def meets(self, request_grants: Sequence[Grant], vocabulary: Vocabulary) -> bool:
        """Whether the wish applies to any of the grants."""
        return any(self._is_about(grant, vocabulary) for grant in request_grants)

    def _is_about(self, grant: Grant, vocabulary: Vocabulary) -> bool:
        paths = [("*",) if purpose == "*" else vocabulary.path(purpose) for purpose in grant.purposes]
        purpose = self.purpose == "*" or any(self.purpose in path or "*" in path for path in paths)
        return purpose and any(
            category_covers(self.category, requested) or category_covers(requested, self.category)
            for requested in grant.categories
        )


@dataclass(frozen=True, slots=True)
class Wishes:
    """All standing wishes of a person, and the maximum duration of a consent in seconds for each role."""

    data_subject: bytes
    wishes: tuple[Wish, ...] = ()
    validity: Mapping[str, int] = field(default_factory=dict)

    def of(self, kind: WishKind, grants: Sequence[Grant], vocabulary: Vocabulary) -> tuple[Wish, ...]:
        """The wishes of a kind that apply to these grants."""
        return tuple(wish for wish in self.wishes if wish.kind is kind and wish.meets(grants, vocabulary))


DAY = 86_400
VALIDITY: Mapping[str, int] = {
    "holder": 90 * DAY,
    "trial": 365 * DAY,
    "insurer": 30 * DAY,
    "merchant": 180 * DAY,
    "researcher": 365 * DAY,
}
"""Seconds that a consent lasts unless the requester or the person sets less, by the grantee's role."""


def shortened(grants: Sequence[Grant], roles: frozenset[str], wishes: Wishes, now: int) -> tuple[Grant, ...]:
    """The grants with an end no later than the person, or otherwise the default of the role, allows."""
    bounds = [{**VALIDITY, **wishes.validity}[role] for role in roles if role in {**VALIDITY, **wishes.validity}]
    latest = now + min(bounds) if bounds else NEVER
    return tuple(replace(grant, expires=min(grant.expires, latest)) for grant in grants)


def answer(requested: Sequence[Grant], given: Sequence[Grant], vocabulary: Vocabulary) -> RequestState:
    """The request state that a consent with the grants `given` results in for a request of `requested`.

    It is granted if permits cover every requested category, purpose, action and moment under no further condition and
    no forbid overlaps them, granted_narrower if they cover part of it, refused if they cover none.
    """
    permits = [grant for grant in given if grant.effect is Effect.PERMIT]
    forbids = [grant for grant in given if grant.effect is Effect.FORBID]
    if not any(overlaps(grant_given, grant, vocabulary) for grant_given in permits for grant in requested):
        return RequestState.REFUSED
    forbidden = any(overlaps(grant_given, grant, vocabulary) for grant_given in forbids for grant in requested)
    is_covered = covers_all(permits, requested, vocabulary) and not forbidden
    return RequestState.GRANTED if is_covered else RequestState.GRANTED_NARROWER
