"""What a person's consents permit at a moment: the rule is asked about a record of each category that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts
from mydata_ledger.ledger.collection import PlannedRecord
from mydata_ledger.ledger.consent import Effect, Grant, category_covers
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.party import ANYONE, Party
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.terms import ASSET, FROM, values
from mydata_ledger.ledger.vocabulary import Vocabulary

TRIES = 500
"""How many questions decide about one category of one permit; a category with more is taken as permitted."""
FindParty = Callable[[str], Party | None]
"""A party for a grantee: the one of an account, or any accredited one of a role."""


@dataclass(frozen=True, slots=True)
class LivePermit:
    """A consent that stands, with permits that are not over: their categories, those in which a record could be read at
    the moment, and when the first and the last of the permits end (UTC seconds).
    """

    state: ConsentState
    categories: tuple[str, ...]
    permitted: tuple[str, ...]
    first_end: int
    last_end: int


def live_permits(
    consents: Sequence[ConsentState], find_party: FindParty, vocabulary: Vocabulary, at_time: int
) -> list[LivePermit]:
    """The consents of one person that may permit something at `at_time` (UTC seconds), in the order given. Whether the
    person's real records fit the conditions of a permit, such as a limit of uses of one record, is not examined.
    """
    standing = [state for state in consents if state.stands]
    found = []
    for state in standing:
        permits = [grant for grant in state.consent.grants if grant.effect is Effect.PERMIT and at_time < grant.expires]
        if permits:
            party = find_party(state.consent.grantee)
            facts = _facts(standing, party, at_time) if party else None
            found.append(_live_permit(state, permits, facts, vocabulary, at_time))
    return found


def _facts(standing: Sequence[ConsentState], party: Party, at_time: int) -> Facts:
    """The facts about a question of the party, without a record."""
    names = party.grantee_names(at_time) | {ANYONE}
    return Facts(None, requester=party).about(None, [s for s in standing if s.consent.grantee in names], at_time)


def _live_permit(
    state: ConsentState, permits: Sequence[Grant], facts: Facts | None, vocabulary: Vocabulary, at_time: int
) -> LivePermit:
    named = sorted({category for grant in permits for category in grant.categories})
    ends = [grant.expires for grant in permits]
    permitted = [
        category
        for category in named
        if facts and any(_permits(state, _Scope(grant, category, facts, vocabulary), at_time) for grant in permits)
    ]
    return LivePermit(state, tuple(named), tuple(permitted), min(ends), max(ends))


@dataclass(frozen=True, slots=True)
class _Scope:
    """Everything that a grant may permit about a category of its consent."""

    grant: Grant
    category: str
    facts: Facts
    vocabulary: Vocabulary

    def requests(self) -> Iterator[tuple[AccessRequest, Record]]:
        """Each question, and the record that it is about."""
        grant, person = self.grant, self.facts.consents[0].consent.data_subject
        requester = self.facts.requester.account if self.facts.requester else ""
        below = [self.category, *(one for one in self.vocabulary.categories if category_covers(self.category, one))]
        holders, assets = values(grant.terms(), FROM) or [requester], values(grant.terms(), ASSET) or [""]
        for each, purpose, action, holder, asset in product(below, grant.purposes, grant.actions, holders, assets):
            planned = PlannedRecord(person, holder, each, asset, grant.data_from, grant.data_until)
            record_id = grant.records[0] if grant.records else planned.record_id
            path = self.vocabulary.path(purpose) if purpose in self.vocabulary.purposes else (purpose,)
            request = AccessRequest(bytes(32), requester, record_id, each, path, action, planned=planned)
            yield request, _with_id(planned.record(), record_id)


def _permits(state: ConsentState, question: _Scope, at_time: int) -> bool:
    """Whether the rule permits any of it, by this consent."""
    if not question.grant.open_at(at_time):
        return False
    tried = 0
    for request, record in islice(question.requests(), TRIES):
        tried += 1
        decision = decide(request, question.facts.with_record(record), at_time)
        if decision.permitted and state.entry in decision.consents:
            return True
    return tried == TRIES


def _with_id(record: Record, record_id: bytes) -> Record:
    return replace(record, issue=replace(record.issue, record_id=record_id))
