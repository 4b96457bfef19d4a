"""Who may be asked again: limits for each asker, standing wishes, blocks, fresh refusals; asking wears nobody down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.asking import DAY, ConsentRequest, RequestState, Wishes, WishKind, answer
from mydata_ledger.ledger.errors import TooManyRequests
from mydata_ledger.ledger.kernel.drafts import Drafts
from mydata_ledger.ledger.kernel.request_papers import REQUEST, WISHES, read_request, read_wishes
from mydata_ledger.ledger.kernel.telling import Telling
from mydata_ledger.ledger.paper import Paper
from mydata_ledger.ledger.party import ANYONE

OPEN_PER_PERSON = 3
"""Requests of one asker that may lie unanswered before one person."""
QUIET = 30 * DAY
"""Seconds for which a refusal keeps the same asker from asking for the same again."""
ASKED_PER_PERSON = 6
"""Requests of one asker to one person within QUIET, whatever became of them: also a request that is taken back, or that
waits for a minute only, was read by somebody.
"""
PAGE = 200


class Restraint(Drafts, Telling):
    """What stands between an asker and a person."""

    def wishes(self, data_subject: bytes) -> Wishes:
        """A person's standing wishes; none until they say some."""
        paper = self.world.store.paper(WISHES, data_subject)
        return read_wishes(paper) if paper else Wishes(data_subject)

    def _check_patience(self, mine: Sequence[ConsentRequest], now: int) -> None:
        """Raise TooManyRequests when the asker, whose requests to the person are `mine`, has asked enough."""
        if sum(r.as_asker_sees(now).state is RequestState.REQUESTED for r in mine) >= OPEN_PER_PERSON:
            raise TooManyRequests("earlier requests to this person are still unanswered; wait, or withdraw one")
        if self._worn_out(mine, now):
            raise TooManyRequests(
                f"this person was asked {ASKED_PER_PERSON} times within {QUIET // DAY} days; ask later"
            )

    @staticmethod
    def _worn_out(mine: Sequence[ConsentRequest], now: int) -> bool:
        return sum(now < r.asked_at + QUIET for r in mine) >= ASKED_PER_PERSON

    def _is_unwanted(self, request: ConsentRequest, earlier: Sequence[ConsentRequest], now: int) -> bool:
        """Whether a standing wish, a block or a fresh refusal of the same answers for the person."""
        if self.wishes(request.data_subject).of(WishKind.NEVER, request.grants, self.world.vocabulary):
            return True
        party = self.world.store.party(request.requester)
        names = {ANYONE, *(party.grantee_names(now) if party else ())}
        if any(s.blocks(now) and s.consent.grantee in names for s in self._consents_of(request.data_subject)):
            return True
        refused = [r for r in earlier if r.state is RequestState.REFUSED and now < r.answered_at + QUIET]
        return any(answer(request.grants, r.grants, self.world.vocabulary) is not RequestState.REFUSED for r in refused)

    def _every(self, data_subject: bytes, requester: str, kind: str = REQUEST) -> Iterator[ConsentRequest]:
        return map(read_request, self._all(kind, data_subject, requester))

    def _everyones_wishes(self) -> Iterator[Wishes]:
        return map(read_wishes, self._all(WISHES, None, None))

    def _all(self, kind: str, person: bytes | None, party: str | None) -> Iterator[Paper]:
        after = b""
        while page := self.world.store.papers(kind, person=person, party=party, after=after, limit=PAGE):
            yield from page
            after = page[-1].id

    def _consents_of(self, data_subject: bytes) -> list[ConsentState]:
        return self.world.store.consents_of(data_subject)
