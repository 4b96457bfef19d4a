"""Questions about derived records: one receipt a person, and in groups for many people."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from mydata_ledger.ledger.access import SELF_VIEW, AccessRequest, Facts
from mydata_ledger.ledger.derived import COMPUTE, VIEW, DerivedDecision, DerivedKind, DerivedRecord, decide_derived
from mydata_ledger.ledger.envelope.wrapping import check_public
from mydata_ledger.ledger.errors import KeyDestroyed, NotFound, TooManyPeople
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation, Respond, receipt_of
from mydata_ledger.ledger.kernel.decisions.group_opening import GroupOpening, OpenItem
from mydata_ledger.ledger.kernel.decisions.search import RecordSearch
from mydata_ledger.ledger.kernel.derived.held import HeldRecords
from mydata_ledger.ledger.kernel.derived.opening import opened
from mydata_ledger.ledger.kernel.derived.reading import MOST_RECORDS
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement
from mydata_ledger.ledger.search import DerivedQuery

GROUP = 500
Answered = tuple[DerivedDecision, LoggedStatement]


@dataclass(frozen=True, slots=True)
class OpenedDerived:
    """A derived record that was opened for a computation; it must not leave the process.

    `open` are the ids of the sources on which the requester may compute, `at_time` when that was decided (UTC seconds).
    `least` is the smallest group that the result may be about.
    """

    data_subject: bytes
    content: bytes
    open: frozenset[bytes]
    at_time: int
    least: int


@dataclass(frozen=True, slots=True)
class OwnDerived:
    """A person's own derived record, sealed, with its data key wrapped for their reader key."""

    record: DerivedRecord
    sealed: bytes
    wrapped_key: bytes
    receipt: LoggedStatement
    fresh: bool


class DerivedQuestions:
    """A record that is stale, and one that is not there, get the same answer."""

    def __init__(
        self, world: World, held: HeldRecords, evaluation: Evaluation, search: RecordSearch, opening: GroupOpening
    ) -> None:
        self._world, self._held, self._evaluation = world, held, evaluation
        self._search, self._opening = search, opening

    def ask(
        self, kind: DerivedKind, records: Sequence[DerivedRecord], requester: str, purpose: str, action: str = COMPUTE
    ) -> list[Answered]:
        """Ask about derived records, in one transaction. Raises UnknownTerm, ChainBehind, SourceUnavailable."""
        questions = [(self._query(kind, one, requester, purpose, action), _responding(kind, one)) for one in records]
        return self._evaluation.answer_soon(questions).result() if questions else []

    def compute(
        self, kind: DerivedKind, requester: str, purpose: str, most: int | None = None
    ) -> Iterator[OpenedDerived]:
        """The derived records on which the requester may compute now, one of each person, in groups of people.

        Candidates are people whose consents name the requester; the others are not looked at. The search has a receipt
        too. Raises TooManyPeople, before anybody is asked about, if there are more than `most` candidates; UnknownTerm,
        ChainBehind, SourceUnavailable.
        """
        question = self._evaluation.request(requester, bytes(32), kind.category, purpose, COMPUTE)
        self._search.log_search(question)
        if most is not None and self._has_more_candidates(requester, most):
            raise TooManyPeople(f"more than {most:,} people may be looked at for this; ask in the background")
        for people in self._candidates(requester):
            held = [one.record for one in self._held.of(kind, people).values() if one.is_live]
            yield from self._opened(held, self.ask(kind, held, requester, purpose))

    def own(self, kind: DerivedKind, person: bytes, reader_key: bytes) -> OwnDerived | None:
        """A person's own derived record; None if there is none. Raises ChainBehind, IntegrityFailure,
        SourceUnavailable, MalformedInput for an invalid key.
        """
        check_public(reader_key)
        held = self._held.of(kind, [person]).get(person)
        if held is None or not held.is_live:
            return None
        record = held.record
        ((answer, receipt),) = self.ask(kind, [record], requester_name(person), SELF_VIEW, VIEW)
        if not answer.decision.permitted:
            return None
        try:
            wrapped = self._world.keys.rewrap(record.id, reader_key, receipt)
        except KeyDestroyed:
            return None
        sealed = self._world.sealed(record.cid)
        if sealed is None:
            raise NotFound
        return OwnDerived(record, sealed, wrapped, receipt, answer.fresh)

    def _has_more_candidates(self, requester: str, most: int) -> bool:
        sizes = accumulate(len(people) for people in self._candidates(requester))
        return any(size > most for size in sizes)

    def _candidates(self, requester: str) -> Iterator[list[bytes]]:
        """The people whose consents name the requester, in groups; nobody for a party that is not accredited."""
        after = -1
        while True:
            party = self._world.directory.party(requester)
            names = party.grantee_names(self._world.clock.now()) if party else frozenset()
            page = self._world.index.grantors(names, after, GROUP) if names else []
            if not page:
                return
            after = page[-1][0]
            yield [person for _, person in page]

    def _opened(self, records: Sequence[DerivedRecord], answers: Sequence[Answered]) -> Iterator[OpenedDerived]:
        items = [
            ((record, answer, _decided_at(receipt)), OpenItem(record.id, record.cid, receipt))
            for record, (answer, receipt) in zip(records, answers, strict=True)
            if answer.decision.permitted
        ]
        for (record, answer, at_time), content in opened(self._opening, items):
            yield OpenedDerived(record.data_subject, content, answer.sources, at_time, answer.least)

    def _query(
        self, kind: DerivedKind, record: DerivedRecord, requester: str, purpose: str, action: str
    ) -> DerivedQuery:
        path, built_for = (self._world.vocabulary.path(one) for one in (purpose, kind.purpose))
        self._world.vocabulary.check_action(action)
        return DerivedQuery(
            request_id=secrets.token_bytes(32),
            requester=requester,
            record_id=record.id,
            category=kind.category,
            purposes=path,
            action=action,
            data_subject=record.data_subject,
            builder=self._world.gateway.address,
            built_for=built_for,
            most=MOST_RECORDS,
        )


def _responding(kind: DerivedKind, record: DerivedRecord) -> Respond[DerivedDecision]:
    """How a question about this record is answered from its facts; it calls no port."""

    def respond(question: AccessRequest, facts: Facts, now: int) -> tuple[DerivedDecision, AccessReceipt]:
        if not isinstance(question, DerivedQuery):
            raise TypeError("this answers questions about derived records")
        answer = decide_derived(question, kind, record, facts, now)
        return answer, receipt_of(question, facts, answer.decision, now, about=record.data_subject)

    return respond


def _decided_at(receipt: LoggedStatement) -> int:
    statement = receipt.signed.statement
    return statement.decided_at if isinstance(statement, AccessReceipt) else receipt.accepted_at
