"""Limits on requests for consent: a number for each requester, standing wishes, blocks, and recent refusals."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.ledger.consent_request import DAY, ConsentRequest, RequestState, WishKind, answer
from mydata_ledger.ledger.errors import TooManyRequests
from mydata_ledger.ledger.kernel.people.wishes import StandingWishes
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import ANYONE

OPEN_PER_PERSON = 3
"""Requests of one requester to one person that may be unanswered at one time."""
QUIET = 30 * DAY
"""Seconds for which a refusal prevents the requester from asking for the same again."""
ASKED_PER_PERSON = 6
"""Requests of one requester to one person within QUIET, whatever their outcome: a request that is withdrawn, or that
waits for only a minute, was read as well.
"""


class AskLimits:
    """The limits between a requester and a person."""

    def __init__(self, world: World, wishes: StandingWishes) -> None:
        self._world, self._wishes = world, wishes

    def check_limits(self, earlier: Sequence[ConsentRequest], now: int) -> None:
        """Raise TooManyRequests if the requester, whose requests to the person are `earlier`, has reached a limit."""
        if sum(r.as_asker_sees(now).state is RequestState.REQUESTED for r in earlier) >= OPEN_PER_PERSON:
            raise TooManyRequests("earlier requests to this person are still unanswered; wait, or withdraw one")
        if self.is_exhausted(earlier, now):
            raise TooManyRequests(
                f"this person was asked {ASKED_PER_PERSON} times within {QUIET // DAY} days; ask later"
            )

    @staticmethod
    def is_exhausted(earlier: Sequence[ConsentRequest], now: int) -> bool:
        """Whether the number of `earlier` requests within QUIET before `now` (UTC seconds) has reached its limit."""
        return sum(now < r.asked_at + QUIET for r in earlier) >= ASKED_PER_PERSON

    def is_unwanted(self, request: ConsentRequest, earlier: Sequence[ConsentRequest], now: int) -> bool:
        """Whether a standing wish, a block or a recent refusal of the same request answers for the person."""
        if self._wishes.of(request.data_subject).of(WishKind.NEVER, request.grants, self._world.vocabulary):
            return True
        party = self._world.directory.party(request.requester)
        names = {ANYONE, *(party.grantee_names(now) if party else ())}
        if any(
            s.blocks(now) and s.consent.grantee in names for s in self._world.index.consents_of(request.data_subject)
        ):
            return True
        refused = [r for r in earlier if r.state is RequestState.REFUSED and now < r.answered_at + QUIET]
        return any(
            answer(request.grants, r.grants, self._world.vocabulary) is not RequestState.REFUSED for r in refused
        )
