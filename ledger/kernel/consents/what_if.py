"""The what-if analysis: the answers that a consent would change, before it is signed."""

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
    """A person's own test of a draft: nothing is released, nobody else learns of it, and no receipt is written."""

    def __init__(self, world: World, drafts: Drafts) -> None:
        self._world, self._drafts = world, drafts

    def changes(self, wish: GrantRequest) -> list[AnswerChange]:
        """Every answer about the person's present records that would change once the draft is signed and anchored.

        Examined are the parties that the grantee names, and the purposes and actions that the draft or the version it
        replaces covers. Raises NotFound, UnknownTerm, InvalidStatement as drafting does, TooLarge beyond 100,000
        questions.
        """
        draft = self._drafts.consent(wish).statement
        if not isinstance(draft, Consent):
            raise TypeError("the draft of a grant request is a consent")
        now = self._world.clock.now()
        parties = [p for p in self._world.directory.parties() if {ANYONE, *p.grantee_names(now)} & {draft.grantee}]
        facts_by_party = [(party, facts) for party in parties for facts in self._facts(party, draft, now)]
        scopes = list(product(*self._scopes(draft)))
        if len(facts_by_party) * len(scopes) > MOST_QUESTIONS:
            raise TooLarge(f"the draft touches more than {MOST_QUESTIONS} questions; name fewer purposes or actions")
        return [
            change
            for (party, facts), scope in product(facts_by_party, scopes)
            if (change := _change(party, facts, scope, draft, now))
        ]

    def _facts(self, party: Party, draft: Consent, now: int) -> Sequence[Facts]:
        anything = AccessRequest(token_bytes(32), party.account, bytes(32), EVERYTHING, ("",), "view")
        return self._world.index.person_facts(anything, draft.data_subject, now)

    def _scopes(self, draft: Consent) -> tuple[list[tuple[str, ...]], list[str]]:
        """The purposes, each with those above it, and the actions that the present or the drafted grants cover."""
        before = self._world.index.consent(draft.previous)
        grants = [*draft.grants, *(before.consent.grants if before else ())]
        purposes = {purpose for grant in grants for purpose in grant.purposes}
        paths = [self._world.vocabulary.path(purpose) for purpose in sorted(self._world.vocabulary.purposes)]
        paths = [path for path in paths if not purposes.isdisjoint({"*", *path})]
        return paths, sorted({action for grant in grants for action in grant.actions})


def _change(
    party: Party, facts: Facts, scope: tuple[tuple[str, ...], str], draft: Consent, now: int
) -> AnswerChange | None:
    purposes, action = scope
    record = facts.record
    if record is None:
        return None
    question = AccessRequest(bytes(32), party.account, record.issue.record_id, record.issue.category, purposes, action)
    facts_after = facts.about(record, tuple(_states_after(facts, draft)), now)
    before, after = decide(question, facts, now), decide(question, facts_after, now)
    is_unchanged = (before.permitted, before.obligations) == (after.permitted, after.obligations)
    return None if is_unchanged else AnswerChange(party, record, purposes[0], action, before, after)


def _states_after(facts: Facts, draft: Consent) -> Iterator[ConsentState]:
    """The states once the draft is anchored: the draft stands, and the version it replaces does not."""
    for state in facts.consents:
        yield replace(state, superseded=True) if state.entry == draft.previous else state
    yield ConsentState(entry=UNSIGNED, position=NEVER, consent=draft, anchored=True)
