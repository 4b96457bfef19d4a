"""search · evaluate · who_can_access · what_if: many questions at once, each answered as it would be alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import groupby
from secrets import token_bytes
from typing import TypeVar

from ledger.access import EVERYTHING, SELF_VIEW, AccessRequest, Decision, Facts, Reason
from ledger.consent import ACTIONS
from ledger.decide import decide
from ledger.errors import NotFound
from ledger.kernel.answers import check_size, receipt_of, requester_name
from ledger.kernel.cursors import START, Cursors
from ledger.kernel.witnessing import Witnessing
from ledger.party import Party
from ledger.receipt import Signed
from ledger.record import Record

BATCH = 500
"""Candidates looked at in one snapshot."""
LARGEST_PAGE = 1_000
ANY_RECORD = bytes(32)
T = TypeVar("T")
NO_INCIDENT = bytes(32)


@dataclass(frozen=True, slots=True)
class Page:
    """Records a requester may read, by their place in the log; `cursor` is empty on the last page."""

    records: tuple[Record, ...]
    cursor: str


class Questions(Witnessing):
    """Nothing in these answers, their length and their pages included, depends on what is hidden from the asker."""

    def search(
        self, requester: str, category: str, purpose: str, action: str, *, incident: bytes = NO_INCIDENT
    ) -> Sequence[Record]:
        """The records of a category the requester may read now for a purpose; reading each is a question of its own.

        Under an incident, only the records of the person it is about are looked at. The search leaves one receipt.
        Raises UnknownTerm, ChainBehind.
        """
        question = replace(self.request(requester, ANY_RECORD, category, purpose, action), incident=incident)
        now = self._asked(question)
        return [facts.record for _, facts in self._permitted(question, now, START) if facts.record]

    def query_accessible(self, question: AccessRequest, cursor: str = "", limit: int = 100) -> Page:
        """One page of `search`, of at most `limit` (0 to 1,000) records; every page but the last is full.

        Raises MalformedInput for a cursor of another question or ledger, ChainBehind.
        """
        limit, cursors = max(0, min(limit, LARGEST_PAGE)), self._cursors()
        after = cursors.open(question, cursor)
        now = self._asked(question)
        found: list[Record] = []
        for _, facts in self._permitted(question, now, after):
            if len(found) == limit:
                return Page(tuple(found), cursors.seal(question, found[-1].position if found else after))
            if facts.record:
                found.append(facts.record)
        return Page(tuple(found), "")

    def leaf(self, question: AccessRequest, items: Sequence[T], cursor: str, limit: int) -> tuple[Sequence[T], str]:
        """The part of a whole answer that one page holds, and the cursor of the next, empty behind the last.

        Raises MalformedInput for a cursor of another question or ledger.
        """
        cursors = self._cursors()
        start = cursors.open(question, cursor) + 1
        end = start + min(limit, LARGEST_PAGE)
        return items[start:end], cursors.seal(question, end - 1) if end < len(items) else ""

    def question(self, requester: str, purpose: str, action: str, category: str = EVERYTHING) -> AccessRequest:
        """A question about many records, of one category or of any. Raises UnknownTerm."""
        if category != EVERYTHING:
            self.world.vocabulary.check_declared(category)
        self.world.vocabulary.check_action(action)
        path = self.world.vocabulary.path(purpose)
        return AccessRequest(token_bytes(32), requester, ANY_RECORD, category, path, action)

    def actions(self, requester: str, record_id: bytes, purpose: str) -> list[str]:
        """What the requester may do with one record now for a purpose; nothing for a record that is not there.

        Raises UnknownTerm, ChainBehind.
        """
        question = replace(self.question(requester, purpose, "view"), record_id=record_id)
        now = self._asked(question)
        facts = self.world.store.facts(question, now)
        allowed = (action for action in ACTIONS if self._single(replace(question, action=action), facts, now).permitted)
        return sorted(allowed)

    def evaluate(
        self, requester: str, data_subject: bytes, purpose: str, action: str, *, incident: bytes = NO_INCIDENT
    ) -> list[tuple[Record, Decision]]:
        """The records of one person, of any category, that the requester may read now, with what each rests on.

        A person who has said nothing and one who does not exist look the same; a record that may be read only without
        knowing whose it is is not named to who asks by person. Raises UnknownTerm, ChainBehind.
        """
        question = replace(self.question(requester, purpose, action), incident=incident)
        now = self._asked(question, data_subject)
        surveyed = self.world.store.survey_person(question, data_subject, now)
        answers = [(facts.record, self._single(question, facts, now)) for facts in surveyed]
        return [(record, said) for record, said in answers if record and said.permitted and not _hides_person(said)]

    def who_can_access(
        self, data_subject: bytes, record_id: bytes, purpose: str, action: str
    ) -> list[tuple[Party, Decision]]:
        """The accredited parties that would read the record now for a purpose, as only its data subject may know.

        Raises NotFound for a record that is not theirs, UnknownTerm, ChainBehind.
        """
        record = self.world.store.record(record_id)
        if record is None or record.issue.data_subject != data_subject:
            raise NotFound
        question = self.request(requester_name(data_subject), record_id, record.issue.category, purpose, action)
        now = self._asked(question)
        asked = [(party, replace(question, requester=party.account)) for party in self.world.store.parties()]
        answers = [(party, decide(one, self.world.store.facts(one, now), now)) for party, one in asked]
        return [(party, decision) for party, decision in answers if decision.permitted]

    def _asked(self, question: AccessRequest, data_subject: bytes = b"") -> int:
        """Leave the receipt of a question about many records; the moment it was asked."""
        now = self.world.clock.now()
        self.world.heads(now)
        searched = Decision(permitted=True, reason=Reason.SEARCHED)

        def respond(facts: Facts) -> Signed:
            check_size(question, facts)
            said = receipt_of(question, facts, searched, now)
            return self.sign_as_gateway(replace(said, data_subject=data_subject or said.data_subject))

        self.world.store.answer(question, respond, now)
        return now

    def _permitted(self, question: AccessRequest, now: int, after: int) -> Iterator[tuple[Decision, Facts]]:
        for facts in self._candidates(question, now, after):
            decision = self._single(question, facts, now)
            if decision.permitted:
                yield decision, facts

    def _candidates(self, question: AccessRequest, now: int, after: int) -> Iterator[Facts]:
        """Whatever could be permitted, by place in the log, each once."""
        incident = self.world.store.incident(question.incident)
        if incident is not None:
            return self._of_person(question, incident.data_subject, now, after)
        named = self._naming(question, now, after)
        if question.purpose != SELF_VIEW:
            return named
        own = self._of_person(question, bytes.fromhex(question.requester[2:]), now, after)
        return _each_once(merge(named, own, key=_position))

    def _naming(self, question: AccessRequest, now: int, after: int) -> Iterator[Facts]:
        while page := self.world.store.survey(question, now, after, BATCH):
            yield from page
            after = _position(page[-1])

    def _of_person(self, question: AccessRequest, data_subject: bytes, now: int, after: int) -> Iterator[Facts]:
        for facts in self.world.store.survey_person(question, data_subject, now):
            if facts.record and _is_of(facts.record, question) and _position(facts) > after:
                yield facts

    @staticmethod
    def _single(question: AccessRequest, facts: Facts, now: int) -> Decision:
        """The answer to the question about one record, as if it had been asked alone."""
        if facts.record is None:
            return Decision(permitted=False, reason=Reason.NO_RECORD)
        issue = facts.record.issue
        category = issue.category if question.category == EVERYTHING else question.category
        return decide(replace(question, record_id=issue.record_id, category=category), facts, now)

    def _cursors(self) -> Cursors:
        return Cursors(self.world.gateway.derive("search cursors"))


def _hides_person(decision: Decision) -> bool:
    return "pseudonymise" in decision.obligations


def _is_of(record: Record, question: AccessRequest) -> bool:
    return question.category in {EVERYTHING, record.issue.category}


def _position(facts: Facts) -> int:
    return facts.record.position if facts.record else START


def _each_once(sorted_facts: Iterator[Facts]) -> Iterator[Facts]:
    return (next(same) for _, same in groupby(sorted_facts, key=_position))
