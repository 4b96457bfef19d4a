"""Requests for consent: what a party asks of a person, what the person wishes to be asked, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from mydata_ledger.ledger.consent import NEVER, Effect, Grant, category_covers
from mydata_ledger.ledger.scope import permits_all, touches
from mydata_ledger.ledger.vocabulary import Vocabulary


class RequestState(StrEnum):
    """The life of a request; every state but the first is its end."""

    REQUESTED = "requested"
    GRANTED = "granted"
    GRANTED_NARROWER = "granted_narrower"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """What an accredited party asks a person to sign.

    `grants` are permits; `benefit` says what the person gets, `reference` names a study, claim or campaign; both times
    are UTC seconds, `answer_by` exclusive; `asked_after` is the size of the consents log then, since what was signed
    before is no answer; `notice_hash` is the notice the consent would carry. `silent` means a standing wish answered:
    the asker sees the request unanswered until it expires. `by_question` means a refused question became the request:
    the asker never sees it, since it would tell them that there is such data.
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
    by_question: bool = False

    def status_at(self, now: int) -> ConsentRequest:
        """The request as it stands at `now`: unanswered ones expire."""
        over = self.state is RequestState.REQUESTED and now >= self.answer_by
        return replace(self, state=RequestState.EXPIRED, answered_at=self.answer_by) if over else self

    def as_asker_sees(self, now: int) -> ConsentRequest:
        """The same, without what only the person knows: an answer by a standing wish looks like none."""
        if not self.silent:
            return self.status_at(now)
        return replace(self, state=RequestState.REQUESTED, answered_at=0, silent=False).status_at(now)


class WishKind(StrEnum):
    """What a person wants done with questions of a kind, without being disturbed each time."""

    TELL = "tell"
    ASK = "ask"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Wish:
    """A standing wish about requests for a purpose (and all below it) over a category (and all below it); `*` is any.

    `tell` wants to hear of offers whose topics include all of `topics` (lower-case words such as `diabetes`, `seoul`);
    `ask` lets a denied question become a request; `never` answers no without telling the person.
    """

    kind: WishKind
    purpose: str = "*"
    category: str = "*"
    topics: tuple[str, ...] = ()

    def meets(self, request_grants: Sequence[Grant], vocabulary: Vocabulary) -> bool:
        """Whether any of the grants lies in what the wish is about."""
        return any(self._is_about(grant, vocabulary) for grant in request_grants)

    def _is_about(self, grant: Grant, vocabulary: Vocabulary) -> bool:
        paths = [("*",) if purpose == "*" else vocabulary.path(purpose) for purpose in grant.purposes]
        purpose = self.purpose == "*" or any(self.purpose in path or "*" in path for path in paths)
        return purpose and any(
            category_covers(self.category, asked) or category_covers(asked, self.category) for asked in grant.categories
        )


@dataclass(frozen=True, slots=True)
class Wishes:
    """All of a person's standing wishes, and for how many seconds a consent to each role should last at most."""

    data_subject: bytes
    wishes: tuple[Wish, ...] = ()
    validity: Mapping[str, int] = field(default_factory=dict)

    def of(self, kind: WishKind, grants: Sequence[Grant], vocabulary: Vocabulary) -> tuple[Wish, ...]:
        """The wishes of a kind that are about these grants."""
        return tuple(wish for wish in self.wishes if wish.kind is kind and wish.meets(grants, vocabulary))


DAY = 86_400
VALIDITY: Mapping[str, int] = {
    "holder": 90 * DAY,
    "trial": 365 * DAY,
    "insurer": 30 * DAY,
    "merchant": 180 * DAY,
    "researcher": 365 * DAY,
}
"""Seconds a consent lasts when neither the asker nor the person says less, by the grantee's role."""


def shortened(grants: Sequence[Grant], roles: frozenset[str], wishes: Wishes, now: int) -> tuple[Grant, ...]:
    """The grants with an end no later than the person, or else the role's default, allows."""
    bounds = [{**VALIDITY, **wishes.validity}[role] for role in roles if role in {**VALIDITY, **wishes.validity}]
    latest = now + min(bounds) if bounds else NEVER
    return tuple(replace(grant, expires=min(grant.expires, latest)) for grant in grants)


def answer(asked: Sequence[Grant], given: Sequence[Grant], vocabulary: Vocabulary) -> RequestState:
    """What a consent with the grants `given` says to a request for `asked`: granted when permits cover every asked
    category, purpose, action and moment under no further condition and no forbid touches them, granted_narrower when
    they cover some of it, refused when none.
    """
    permits = [grant for grant in given if grant.effect is Effect.PERMIT]
    forbids = [grant for grant in given if grant.effect is Effect.FORBID]
    if not any(touches(one, grant, vocabulary) for one in permits for grant in asked):
        return RequestState.REFUSED
    forbidden = any(touches(one, grant, vocabulary) for one in forbids for grant in asked)
    whole = permits_all(permits, asked, vocabulary) and not forbidden
    return RequestState.GRANTED if whole else RequestState.GRANTED_NARROWER
