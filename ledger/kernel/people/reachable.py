"""Whom a party may reach with a message about its study: people with a live grant for research or for contact."""

from __future__ import annotations

from functools import partial

from mydata_ledger.ledger.collection import CONTACT
from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.errors import UnknownTerm
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import ANYONE
from mydata_ledger.ledger.scope import overlaps
from mydata_ledger.ledger.terms import ASSET, Condition

RESEARCH = "hl7:HRESCH"


class Reachable:
    """Looks at what stands at one second: not at what was consented to once."""

    def __init__(self, world: World) -> None:
        self._world = world

    def by_results(self, person: bytes, party: str, at_time: int) -> bool:
        """Whether a grant of the person to this party (by its account), which is accredited, is on chain and in force
        at `at_time` (UTC seconds), is for research or permits contact, and is not touched by a prohibition.
        """
        found = self._world.directory.party(party)
        if found is None or not found.accredited(at_time):
            return False
        names = {ANYONE, party, *found.grantee_names(at_time)}
        live = [
            (state, grant)
            for state in self._world.index.consents_of(person)
            if state.stands and state.consent.grantee in names
            for grant in state.consent.grants
            if grant.not_before <= at_time < grant.expires
        ]
        forbids = [grant for _, grant in live if grant.effect is Effect.FORBID]
        permits = [
            grant
            for state, grant in live
            if state.anchored
            and state.consent.grantee == party
            and grant.effect is Effect.PERMIT
            and all(map(partial(_may_hold, at_time), grant.terms()))
        ]
        return any(self._invites_messages(grant) and not self._is_touched(grant, forbids) for grant in permits)

    def _invites_messages(self, grant: Grant) -> bool:
        return CONTACT in grant.actions or any(self._is_research(purpose) for purpose in grant.purposes)

    def _is_research(self, purpose: str) -> bool:
        try:
            return purpose == "*" or RESEARCH in self._world.vocabulary.path(purpose)
        except UnknownTerm:
            return False

    def _is_touched(self, grant: Grant, forbids: list[Grant]) -> bool:
        return any(overlaps(forbid, grant, self._world.vocabulary) for forbid in forbids)


def _may_hold(at_time: int, term: Condition | None) -> bool:
    """Whether a permit under this condition permits anything beside an emergency at `at_time` (UTC seconds)."""
    if term is None or term.name in {"emergency-only", ASSET}:
        return False
    return term.name != "retain-until" or at_time < term.number
