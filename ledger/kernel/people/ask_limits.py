"""Who may be asked again: limits for each asker, standing wishes, blocks, fresh refusals; asking wears nobody down."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.ledger.consent_request import DAY, ConsentRequest, RequestState, WishKind, answer
from mydata_ledger.ledger.errors import TooManyRequests
from mydata_ledger.ledger.kernel.people.wishes import StandingWishes
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import ANYONE

OPEN_PER_PERSON = 3
"""Requests of one asker that may lie unanswered before one person."""
QUIET = 30 * DAY
"""Seconds for which a refusal keeps the same asker from asking for the same again."""
ASKED_PER_PERSON = 6
"""Requests of one asker to one person within QUIET, whatever became of them: also a request that is taken back, or that
waits for a minute only, was read by somebody.
"""


class AskLimits:
    """What stands between an asker and a person."""

    def __init__(self, world: World, wishes: StandingWishes) -> None:
        self._world, self._wishes = world, wishes

    def check_limits(self, mine: Sequence[ConsentRequest], now: int) -> None:
        """Raise TooManyRequests when the asker, whose requests to the person are `mine`, has asked enough."""
        if sum(r.as_asker_sees(now).state is RequestState.REQUESTED for r in mine) >= OPEN_PER_PERSON:
            raise TooManyRequests("earlier requests to this person are still unanswered; wait, or withdraw one")
        if self.is_exhausted(mine, now):
            raise TooManyRequests(
                f"this person was asked {ASKED_PER_PERSON} times within {QUIET // DAY} days; ask later"
            )

    @staticmethod
    def is_exhausted(mine: Sequence[ConsentRequest], now: int) -> bool:
        """Whether the person was asked often enough by the one whose requests these are, at `now` (UTC seconds)."""
        return sum(now < r.asked_at + QUIET for r in mine) >= ASKED_PER_PERSON

    def is_unwanted(self, request: ConsentRequest, earlier: Sequence[ConsentRequest], now: int) -> bool:
        """Whether a standing wish, a block or a fresh refusal of the same answers for the person."""
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
