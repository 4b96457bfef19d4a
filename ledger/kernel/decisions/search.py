"""Searches: which of many records may be read; each record is answered as if it were asked about alone.

A question is answered in the transaction that logs it, as far as that takes little time; the rest is computed after its
receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from secrets import token_bytes
from typing import TypeVar

from mydata_ledger.ledger.access import (
    EVERYTHING,
    SELF_VIEW,
    AccessRequest,
    Facts,
    Found,
)
from mydata_ledger.ledger.emergency import EmergencyScope
from mydata_ledger.ledger.kernel.decisions.cursors import START, Cursors
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, check_size, receipt_of
from mydata_ledger.ledger.kernel.decisions.permitted_records import PermittedRecords
from mydata_ledger.ledger.kernel.decisions.search_answers import (
    NO_INCIDENT,
    SEARCHED,
    Answers,
    may_be_named,
    page_answers,
    person_answers,
    readable_records,
)
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement, SignedStatement
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.search import PageQuery, PersonQuery

LARGEST_PAGE = 1_000
AT_ONCE = 64
"""How many records of a person, or of a page, are examined in the transaction that logs the question."""
CANDIDATES = 256
"""About how many candidates a search examines in that transaction, before it continues outside it."""
FOUND_AT_ONCE = 500
"""How many records one page of `found` has."""
ANY_RECORD = bytes(32)
NO_END = 2**62
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Ids of records that a requester may read, in an order that reveals nothing.

    `cursor` is empty on the last page. `asked` is the receipt of the question, which names the sizes and the block that
    the answer rests on at least.
    """

    ids: tuple[bytes, ...]
    cursor: str
    receipt: AccessReceipt
    read: Callable[[Sequence[bytes]], list[Record]]

    @property
    def records(self) -> tuple[Record, ...]:
        """The records themselves, read on access."""
        return tuple(self.read(self.ids))


class RecordSearch:
    """Nothing in these answers, including their length and pages, depends on what is hidden from the caller."""

    def __init__(self, world: World, statements: StatementSigning, evaluation: Evaluation) -> None:
        self._world, self._statements, self._evaluation = world, statements, evaluation
        self._permitted = PermittedRecords(world)

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
        """A question about one record or many, of one category or any. Raises UnknownTerm."""
        if category != EVERYTHING:
            self._world.vocabulary.check_declared(category)
        self._world.vocabulary.check_action(action)
        members = token_bytes(32), requester, record_id, category, self._world.vocabulary.path(purpose), action
        return AccessRequest(*members, incident, at_least, self._world.vocabulary.emergency_now)

    def find(
        self, requester: str, category: str, purpose: str, action: str, *, incident: bytes = NO_INCIDENT
    ) -> Sequence[Record]:
        """The records of a category that the requester may read now for a purpose; reading each is a separate question.

        Under an incident, only the records of its data subject are examined. The search has one receipt. Raises
        UnknownTerm, ChainBehind.
        """
        query, now = self._logged_query(requester, category, purpose, action, incident)
        ids = [record_id for _, record_id in self._permitted.page(query, now, START, NO_END)]
        return sorted(self._world.index.records_named(ids), key=lambda record: record.position)

    def found(self, requester: str, category: str, purpose: str, action: str) -> Iterator[Found]:
        """What `find` finds, in the order of persons: the records of one person follow one another.

        They are searched in pages, each at its own time, so that memory is constant; a record that was found may be
        forbidden when it is asked about. The search has one receipt. Raises UnknownTerm, ChainBehind.
        """
        query, now = self._logged_query(requester, category, purpose, action, NO_INCIDENT)
        after = START
        while page := self._permitted.page(query, now, after, FOUND_AT_ONCE):
            yield from page
            after, now = page[-1][0], self._world.clock.now()

    def _logged_query(
        self, requester: str, category: str, purpose: str, action: str, incident: bytes
    ) -> tuple[PageQuery, int]:
        """The question about all records of a category, after its receipt was logged, and the time of the receipt."""
        question = replace(
            self._evaluation.request(requester, ANY_RECORD, category, purpose, action), incident=incident
        )
        now = self.log_search(question).decided_at
        below = self._world.vocabulary.below(category)
        return PageQuery(*_members_of(question), START, NO_END, 0, may_be_named, below), now

    def query_accessible(self, question: AccessRequest, cursor: str = "", limit: int = 100) -> RecordPage:
        """One page of `find`, of at most `limit` (0 to 1,000) records; every page except the last is full.

        Raises MalformedInput for a cursor of another question or ledger, ChainBehind.
        """
        query = self.page_query(question, cursor, limit)
        return self.page(query, *self._evaluation.answer(query, page_answers))

    def page_query(self, question: AccessRequest, cursor: str, limit: int) -> PageQuery:
        """The question for one page, answered by `page_answers`. Raises MalformedInput."""
        limit, after = max(0, min(limit, LARGEST_PAGE)), self._cursors.open(question, cursor)
        most = CANDIDATES if limit <= AT_ONCE and not _includes_one_person(question) else 0
        below = self._world.vocabulary.below(question.category)
        return PageQuery(*_members_of(question), after, limit + 1, most, may_be_named, below)

    def page(self, query: PageQuery, records: Sequence[Found] | None, receipt: LoggedStatement) -> RecordPage:
        """The requested page, from what `page_answers` found; None means that it is searched now."""
        asked_receipt = _receipt(receipt)
        if records is None:
            records = self._permitted.page(query, asked_receipt.decided_at, query.after, query.limit)
        limit, more = query.limit - 1, len(records) == query.limit
        end = records[limit - 1][0] if limit and more else query.after
        next_cursor = self._cursors.seal(query, end) if more else ""
        return RecordPage(
            tuple(record_id for _, record_id in records[:limit]),
            next_cursor,
            asked_receipt,
            self._world.index.records_named,
        )

    def evaluate(
        self, requester: str, data_subject: bytes, purpose: str, action: str, *, incident: bytes = NO_INCIDENT
    ) -> Answers:
        """The records of one person, of any category, that the requester may read now, with the decision on each.

        A person without consents and one who does not exist are indistinguishable. A record that may be read only under
        a pseudonym is not returned to a search by person. Raises UnknownTerm, ChainBehind.
        """
        query = self.person_query(requester, data_subject, purpose, action, incident=incident)
        return self.record_facts(query, *self._evaluation.answer(query, person_answers))

    def person_query(
        self, requester: str, data_subject: bytes, purpose: str, action: str, *, incident: bytes = NO_INCIDENT
    ) -> PersonQuery:
        """The question of `evaluate`, answered by `person_answers`. Raises UnknownTerm."""
        question = self.question(requester, purpose, action, incident=incident)
        return PersonQuery(*_members_of(question), data_subject, AT_ONCE)

    def record_facts(self, query: PersonQuery, answers: Answers | None, receipt: LoggedStatement) -> Answers:
        """The answers that `person_answers` found; None means that they are computed now."""
        if answers is not None:
            return answers
        now = _receipt(receipt).decided_at
        return readable_records(query, self._world.index.person_facts(query, query.data_subject, now), now)

    def log_search(self, question: AccessRequest, data_subject: bytes = b"") -> AccessReceipt:
        """Log the receipt of a question about many records. Raises ChainBehind."""
        now = self._world.clock.now()
        receipts: list[AccessReceipt] = []

        def respond(facts: Facts) -> SignedStatement:
            self._world.check_followed(facts.followed_at, now)
            check_size(question, facts)
            receipt = receipt_of(question, facts, SEARCHED, now)
            receipts.append(replace(receipt, data_subject=data_subject or receipt.data_subject))
            return self._statements.sign_as_gateway(receipts[-1])

        self._world.log.answer(question, respond, now)
        return receipts[-1]

    def log_view(self, requester: str, data_subject: bytes, categories: Sequence[str]) -> AccessReceipt:
        """Log that a delegate looks at what these categories say about the person, as the person does. Raises
        ChainBehind.
        """
        category = categories[0] if len(categories) == 1 else EVERYTHING
        path = self._world.vocabulary.path(SELF_VIEW)
        question = AccessRequest(token_bytes(32), requester, ANY_RECORD, category, path, "view")
        return self.log_search(question, data_subject)

    def page_of_list(
        self, question: AccessRequest, items: Sequence[T], cursor: str, limit: int
    ) -> tuple[Sequence[T], str]:
        """The items of a complete answer that are on one page, and the cursor of the next page, empty after the last.

        Raises MalformedInput for a cursor of another question or ledger.
        """
        cursors = self._cursors
        start = cursors.open(question, cursor)[1] + 1
        end = start + min(limit, LARGEST_PAGE)
        return items[start:end], cursors.seal(question, (0, end - 1)) if end < len(items) else ""

    @cached_property
    def _cursors(self) -> Cursors:
        return Cursors(self._world.gateway.derive("search cursors"))


def _includes_one_person(question: AccessRequest) -> bool:
    """Whether the search includes records of one person because of who that person is."""
    return question.incident != NO_INCIDENT or question.purpose == SELF_VIEW


def _members_of(
    question: AccessRequest,
) -> tuple[bytes, str, bytes, str, tuple[str, ...], str, bytes, int, EmergencyScope]:
    """The members that every question has, in order."""
    members = question.request_id, question.requester, question.record_id, question.category, question.purposes
    return *members, question.action, question.incident, question.at_least, question.emergency


def _receipt(logged: LoggedStatement) -> AccessReceipt:
    statement = logged.signed.statement
    if not isinstance(statement, AccessReceipt):
        raise TypeError("a question leaves a receipt")
    return statement
