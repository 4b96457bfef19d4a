"""The facts about a batch of questions, read in the transaction that answers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.group_commit import Work
from mydata_ledger.anchors.store.db.prepared import Driver, ReadConnection
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.delegations import delegations_for
from mydata_ledger.anchors.store.facts.derived_batch import DerivedBatch
from mydata_ledger.anchors.store.facts.facts import CountUses, SharedFacts, refuse_to_count
from mydata_ledger.anchors.store.facts.search_batch import SearchBatch
from mydata_ledger.anchors.store.rows.records import records_by_ids
from mydata_ledger.anchors.store.rows.use_counts import Uses
from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts
from mydata_ledger.ledger.record import Record

ConsentsByPerson = dict[bytes, list[ConsentState]]
"""The consents of each person to one requester, oldest first."""


@dataclass
class UseCounter:
    """Counts uses of consents in the write transaction, with the uses of receipts that are only buffered.

    Attributes:
        connection: The connection of the transaction.
        buffered_uses: Returns the uses of the buffered receipts.
        settle: Indexes pending receipts; called once, before the first count.
    """

    connection: Connection
    buffered_uses: Callable[[], Uses]
    settle: Work[None]
    _settled: bool = False

    def __call__(self, states: Sequence[ConsentState], record_keys: Sequence[int]) -> Uses:
        """How often these consents were used, for all records and for each of the given record keys."""
        if not self._settled:
            self.settle(self.connection)
            self._settled = True
        return facts.count_uses(self.connection, states, record_keys).merged(self.buffered_uses())


class FactBatch:
    """Reads the facts about many questions: shared facts once, records and consents in few queries.

    Args:
        reading: An open connection in one transaction.
        at_time: The time of the decision, in UTC seconds.
        count_uses: Counts uses of consents; called only for grants with a limit of uses. May raise UsesMatter.

    Raises:
        SourceUnavailable: The chain contradicts this database.
    """

    def __init__(self, reading: ReadConnection, at_time: int, count_uses: CountUses = refuse_to_count) -> None:
        self._driver, self._at_time, self._count_uses = Driver.of(reading), at_time, count_uses
        self._shared: dict[tuple[str, bytes], SharedFacts] = {}

    def each(self, requests: Sequence[AccessRequest]) -> Iterator[tuple[AccessRequest, Facts]]:
        """Yield each question with its facts, in order.

        The receipt for one question counts as a use for the next one if it is buffered before the iteration continues.
        """
        search_batch = SearchBatch(self._driver, self._at_time, self._shared_facts_of, requests)
        derived_batch = DerivedBatch(self._driver, self._at_time, self._shared_facts_of, requests)
        others = (request for request in requests if not search_batch.handles(request))
        single_requests = [request for request in others if not derived_batch.handles(request)]
        records = self._records(single_requests)
        consents = self._consents(single_requests, records)
        for request in requests:
            if search_batch.handles(request):
                yield request, search_batch.facts(request)
                continue
            if derived_batch.handles(request):
                yield request, derived_batch.facts(request)
                continue
            shared_facts, record = self._shared_facts_of(request)[0], _record_of(request, records)
            yield (
                request,
                self._with_record(request, shared_facts, record, consents[request.requester])
                if record
                else shared_facts,
            )

    def of_one(self, request: AccessRequest) -> Facts:
        """The facts about one question."""
        return next(self.each([request]))[1]

    def _with_record(
        self, request: AccessRequest, shared_facts: Facts, record: Record, consents: ConsentsByPerson
    ) -> Facts:
        states = consents.get(record.issue.data_subject, ())
        uses = facts.relevant_uses(states, [record], self._count_uses)
        about_record = facts.build(shared_facts, record, states, uses, self._at_time)
        delegations = delegations_for(self._driver, request, record.issue.data_subject)
        return replace(about_record, delegations=delegations) if delegations else about_record

    def _shared_facts_of(self, request: AccessRequest) -> SharedFacts:
        shared_key = request.requester, request.incident
        if shared_key not in self._shared:
            self._shared[shared_key] = facts.shared(self._driver, request, self._at_time)
        return self._shared[shared_key]

    def _records(self, requests: Sequence[AccessRequest]) -> dict[bytes, Record]:
        if not requests:
            return {}
        ids = list({request.record_id: None for request in requests})
        anchored = self._shared_facts_of(requests[0])[0].records_size
        return {record.issue.record_id: record for record in records_by_ids(self._driver, ids, anchored)}

    def _consents(self, requests: Sequence[AccessRequest], records: dict[bytes, Record]) -> dict[str, ConsentsByPerson]:
        """The consents of the persons of the records, by requester."""
        persons_by_requester: dict[str, set[bytes]] = defaultdict(set)
        shared_by_requester: dict[str, SharedFacts] = {}
        for request in requests:
            if record := _record_of(request, records):
                persons_by_requester[request.requester].add(record.issue.data_subject)
                shared_by_requester[request.requester] = self._shared_facts_of(request)
        consents = {}
        for requester, persons in persons_by_requester.items():
            shared_facts, names = shared_by_requester[requester]
            consents[requester] = facts.consents_to(self._driver, persons, names, shared_facts.consents_size)
        return consents


def _record_of(request: AccessRequest, records: dict[bytes, Record]) -> Record | None:
    """The record that the question is about, or the one that is planned."""
    return request.planned.record() if request.planned else records.get(request.record_id)
