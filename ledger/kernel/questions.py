"""search · evaluate · who_can_access · what_if: many questions at once, each answered as it would be alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from secrets import token_bytes
from typing import TypeVar

from ledger.access import EVERYTHING, SELF_VIEW, AccessRequest, Decision, Facts, Found, Place, Reason, place_of
from ledger.consent import ACTIONS
from ledger.decide import decide
from ledger.errors import NotFound
from ledger.kernel.answers import check_size, receipt_of, requester_name
from ledger.kernel.cursors import START, Cursors
from ledger.kernel.witnessing import Witnessing
from ledger.party import Party
from ledger.receipt import AccessReceipt, Signed
from ledger.record import Record

LARGEST_PAGE = 1_000
ANY_RECORD = bytes(32)
T = TypeVar("T")
NO_INCIDENT = bytes(32)
NO_END = 2**62
SEARCHED = Decision(permitted=True, reason=Reason.SEARCHED)


@dataclass(frozen=True, slots=True)
class Page:
    """Ids of records a requester may read, in an order that tells nothing; `cursor` is empty on the last page; `asked`
    is the receipt of the question, which names the sizes and the block that the answer rests on at least.
    """

    ids: tuple[bytes, ...]
    cursor: str
    asked: AccessReceipt
    read: Callable[[Sequence[bytes]], list[Record]]

    @property
    def records(self) -> tuple[Record, ...]:
        """The records themselves, read when they are asked for."""
        return tuple(self.read(self.ids))


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
        now = self.log_search(question).decided_at
        ids = [record_id for _, record_id in self._permitted(question, now, START, NO_END)]
        return sorted(self.world.store.records_named(ids), key=lambda record: record.position)

    def query_accessible(self, question: AccessRequest, cursor: str = "", limit: int = 100) -> Page:
        """One page of `search`, of at most `limit` (0 to 1,000) records; every page but the last is full.

        Raises MalformedInput for a cursor of another question or ledger, ChainBehind.
        """
        limit, cursors = max(0, min(limit, LARGEST_PAGE)), self._cursors
        after = cursors.open(question, cursor)
        asked = self.log_search(question)
        found = self._permitted(question, asked.decided_at, after, limit + 1)
        ids = tuple(record_id for _, record_id in found[:limit])
        end = found[limit - 1][0] if 0 < limit < len(found) else after
        rest = cursors.seal(question, end) if len(found) > limit else ""
        return Page(ids, rest, asked, self.world.store.records_named)

    def leaf(self, question: AccessRequest, items: Sequence[T], cursor: str, limit: int) -> tuple[Sequence[T], str]:
        """The part of a whole answer that one page holds, and the cursor of the next, empty behind the last.

        Raises MalformedInput for a cursor of another question or ledger.
        """
        cursors = self._cursors
        start = cursors.open(question, cursor)[1] + 1
        end = start + min(limit, LARGEST_PAGE)
        return items[start:end], cursors.seal(question, (0, end - 1)) if end < len(items) else ""

    def question(
        self,
        requester: str,
        purpose: str,
        action: str,
        category: str = EVERYTHING,
        *,
        record_id: bytes = ANY_RECORD,
        incident: bytes = NO_INCIDENT,
        at_least: int = 0,
    ) -> AccessRequest:
        """A question about one record or about many, of one category or of any. Raises UnknownTerm."""
        if category != EVERYTHING:
            self.world.vocabulary.check_declared(category)
        self.world.vocabulary.check_action(action)
        path = self.world.vocabulary.path(purpose)
        return AccessRequest(token_bytes(32), requester, record_id, category, path, action, incident, at_least)

    def actions(self, requester: str, record_id: bytes, purpose: str) -> list[str]:
        """What the requester may do with one record now for a purpose; nothing for a record that is not there.

        Raises UnknownTerm, ChainBehind.
        """
        question = self.question(requester, purpose, "view", record_id=record_id)
        ((found, _),) = self.answer_soon([(question, allowed)]).result()
        return found

    def evaluate(
        self, requester: str, data_subject: bytes, purpose: str, action: str, *, incident: bytes = NO_INCIDENT
    ) -> list[tuple[Record, Decision]]:
        """The records of one person, of any category, that the requester may read now, with what each rests on.

        A person who has said nothing and one who does not exist look the same; a record that may be read only without
        knowing whose it is is not named to who asks by person. Raises UnknownTerm, ChainBehind.
        """
        question = self.question(requester, purpose, action, incident=incident)
        now = self.log_search(question, data_subject).decided_at
        surveyed = self.world.store.survey_person(question, data_subject, now)
        answers = [(facts.record, single(question, facts, now)) for facts in surveyed]
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
        now = self.log_search(question).decided_at
        asked = [(party, replace(question, requester=party.account)) for party in self.world.store.parties()]
        answers = [(party, decide(one, self.world.store.facts(one, now), now)) for party, one in asked]
        return [(party, decision) for party, decision in answers if decision.permitted]

    def log_search(self, question: AccessRequest, data_subject: bytes = b"") -> AccessReceipt:
        """Leave the receipt of a question about many records. Raises ChainBehind."""
        now = self.world.clock.now()
        said: list[AccessReceipt] = []

        def respond(facts: Facts) -> Signed:
            self.world.check_followed(facts.followed_at, now)
            check_size(question, facts)
            receipt = receipt_of(question, facts, SEARCHED, now)
            said.append(replace(receipt, data_subject=data_subject or receipt.data_subject))
            return self.sign_as_gateway(said[-1])

        self.world.store.answer(question, respond, now)
        return said[-1]

    def _permitted(self, question: AccessRequest, now: int, after: Place, limit: int) -> list[Found]:
        """The first `limit` records behind a place that may be read now, each once."""

        def permits(facts: Facts) -> bool:
            decision = single(question, facts, now)
            names_person = question.incident != NO_INCIDENT and _hides_person(decision)
            return decision.permitted and not names_person

        def of_person(data_subject: bytes) -> list[Found]:
            surveyed = self.world.store.survey_person(question, data_subject, now)
            records = [facts.record for facts in surveyed if facts.record and permits(facts)]
            found = [(place_of(one), one.issue.record_id) for one in records if _is_of(one, question)]
            return [each for each in found if each[0] > after]

        incident = self.world.store.incident(question.incident) if question.incident != NO_INCIDENT else None
        if incident is not None:
            return of_person(incident.data_subject)[:limit]
        found = self.world.store.sift(question, now, after, limit, permits)
        if question.purpose == SELF_VIEW:
            found = sorted({*found, *of_person(bytes.fromhex(question.requester[2:]))})
        return found[:limit]

    @cached_property
    def _cursors(self) -> Cursors:
        return Cursors(self.world.gateway.derive("search cursors"))


def _hides_person(decision: Decision) -> bool:
    return "pseudonymise" in decision.obligations


def allowed(question: AccessRequest, facts: Facts, now: int) -> tuple[list[str], AccessReceipt]:
    """Every action that the requester may do with the record, sorted."""
    whole = _resolved(question, facts.record) if facts.record else question
    every = [replace(whole, action=action) for action in ACTIONS]
    found = sorted(one.action for one in every if decide(one, facts, now).permitted)
    return found, receipt_of(question, facts, SEARCHED, now)


def single(question: AccessRequest, facts: Facts, now: int) -> Decision:
    """The answer to the question about one record, as if it had been asked alone."""
    if facts.record is None:
        return Decision(permitted=False, reason=Reason.NO_RECORD)
    return decide(_resolved(question, facts.record), facts, now)


def _resolved(question: AccessRequest, record: Record) -> AccessRequest:
    """The question as one about this record: of any category means of its own."""
    category = record.issue.category if question.category == EVERYTHING else question.category
    return replace(question, record_id=record.issue.record_id, category=category)


def _is_of(record: Record, question: AccessRequest) -> bool:
    return question.category in {EVERYTHING, record.issue.category}
