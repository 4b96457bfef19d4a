"""what_if: what a consent would change, told before it is signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from secrets import token_bytes

from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, ConsentState, Decision, Facts
from mydata_ledger.ledger.consent import NEVER, Consent
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import TooLarge
from mydata_ledger.ledger.kernel.consents.draft import Drafts, GrantRequest
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import ANYONE, Party
from mydata_ledger.ledger.record import Record

MOST_QUESTIONS = 100_000
UNSIGNED = bytes(32)
"""The entry of a consent that is not logged."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One question whose answer the draft would change."""

    party: Party
    record: Record
    purpose: str
    action: str
    before: Decision
    after: Decision


class WhatIf:
    """A person's rehearsal with their own words: nothing is released, nobody else learns of it, no receipt is left."""

    def __init__(self, world: World, drafts: Drafts) -> None:
        self._world, self._drafts = world, drafts

    def changes(self, wish: GrantRequest) -> list[AnswerChange]:
        """Every answer about the person's present records that would be another once the draft is signed and anchored.

        Looked at are the parties the grantee names, and the purposes and actions that the draft or the version it
        replaces covers. Raises NotFound, UnknownTerm, InvalidStatement as drafting does, TooLarge beyond 100,000
        questions.
        """
        draft = self._drafts.consent(wish).statement
        assert isinstance(draft, Consent)  # noqa: S101 - narrows for the type checker
        now = self._world.clock.now()
        named = [p for p in self._world.directory.parties() if {ANYONE, *p.grantee_names(now)} & {draft.grantee}]
        asked = [(party, facts) for party in named for facts in self._facts(party, draft, now)]
        ways = list(product(*self._ways(draft)))
        if len(asked) * len(ways) > MOST_QUESTIONS:
            raise TooLarge(f"the draft touches more than {MOST_QUESTIONS} questions; name fewer purposes or actions")
        return [
            change for (party, facts), way in product(asked, ways) if (change := _change(party, facts, way, draft, now))
        ]

    def _facts(self, party: Party, draft: Consent, now: int) -> Sequence[Facts]:
        anything = AccessRequest(token_bytes(32), party.account, bytes(32), EVERYTHING, ("",), "view")
        return self._world.index.person_facts(anything, draft.data_subject, now)

    def _ways(self, draft: Consent) -> tuple[list[tuple[str, ...]], list[str]]:
        """The purposes, each with those above it, and the actions that the grants of now or then cover."""
        before = self._world.index.consent(draft.previous)
        grants = [*draft.grants, *(before.consent.grants if before else ())]
        named = {purpose for grant in grants for purpose in grant.purposes}
        paths = [self._world.vocabulary.path(purpose) for purpose in sorted(self._world.vocabulary.purposes)]
        paths = [path for path in paths if not named.isdisjoint({"*", *path})]
        return paths, sorted({action for grant in grants for action in grant.actions})


def _change(
    party: Party, facts: Facts, way: tuple[tuple[str, ...], str], draft: Consent, now: int
) -> AnswerChange | None:
    purposes, action = way
    record = facts.record
    if record is None:
        return None
    asked = AccessRequest(bytes(32), party.account, record.issue.record_id, record.issue.category, purposes, action)
    signed = facts.about(record, tuple(_then(facts, draft)), now)
    before, after = decide(asked, facts, now), decide(asked, signed, now)
    same = (before.permitted, before.obligations) == (after.permitted, after.obligations)
    return None if same else AnswerChange(party, record, purposes[0], action, before, after)


def _then(facts: Facts, draft: Consent) -> Iterator[ConsentState]:
    """The states once the draft is anchored: it stands, and the version it follows does not."""
    for state in facts.consents:
        yield replace(state, superseded=True) if state.entry == draft.previous else state
    yield ConsentState(entry=UNSIGNED, position=NEVER, consent=draft, anchored=True)
