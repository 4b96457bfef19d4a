"""The facts for questions about derived records: those about every record of each person, for two parties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mydata_ledger.anchors.store.db.prepared import CHUNK_SIZE, Driver
from mydata_ledger.anchors.store.facts.facts import NO_USES, SharedFacts
from mydata_ledger.anchors.store.facts.records import RecordFacts
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.anchors.store.rows.use_counts import Uses
from mydata_ledger.ledger.access import AccessRequest, Facts
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.search import DerivedFacts, DerivedQuery

MOST_TOGETHER = 20_000
"""The most records that are read in one query; beyond it, those of each person are read alone."""
SharedFactsOf = Callable[[AccessRequest], SharedFacts]
FactsByPerson = dict[bytes, list[Facts]]


class DerivedBatch:
    """Reads records and consents of the persons of a batch in few queries."""

    def __init__(
        self, driver: Driver, at_time: int, shared_facts_of: SharedFactsOf, requests: Sequence[AccessRequest]
    ) -> None:
        self._driver, self._at_time, self._shared_facts_of = driver, at_time, shared_facts_of
        self._queries = [request for request in requests if isinstance(request, DerivedQuery)]
        self._records = dict(self._read()) if self._queries else {}
        by_requester = self._facts_by_requester(self._queries)
        built = self._facts_by_requester([_as_builder(query) for query in self._queries])
        self._each, self._built = by_requester, built

    @staticmethod
    def handles(request: AccessRequest) -> bool:
        """True if the question is about a derived record."""
        return isinstance(request, DerivedQuery)

    def facts(self, request: AccessRequest) -> Facts:
        """The facts about the question."""
        shared, _ = self._shared_facts_of(request)
        common = None, (), shared.requester, False, shared.incident, *shared.rests_on
        if not isinstance(request, DerivedQuery):
            raise TypeError("this reads the facts about derived records")
        person = request.data_subject
        if person not in self._records or len(self._records[person]) > request.most:
            return DerivedFacts(*common)
        each, built = self._each[request.requester], self._built[request.builder]
        return DerivedFacts(*common, each=tuple(each[person]), built=tuple(built[person]))

    def _read(self) -> Iterator[tuple[bytes, list[Record]]]:
        """The records of each person; persons with too many are left out."""
        persons = list(dict.fromkeys(query.data_subject for query in self._queries))
        most = max(query.most for query in self._queries)
        anchored = self._shared_facts_of(self._queries[0])[0].records_size
        for start in range(0, len(persons), CHUNK_SIZE):
            chunk = persons[start : start + CHUNK_SIZE]
            read = records.records_of_any(self._driver, chunk, anchored, MOST_TOGETHER)
            if read is not None:
                yield from read.items()
                continue
            for person in chunk:
                yield from (records.records_of_any(self._driver, [person], anchored, most) or {}).items()

    def _facts_by_requester(self, queries: Sequence[AccessRequest]) -> dict[str, FactsByPerson]:
        """The facts about all records that were read, for each requester of the questions."""
        by_requester = {query.requester: query for query in queries}
        found: dict[str, FactsByPerson] = {}
        for requester, query in by_requester.items():
            persons = {q.data_subject for q in queries if isinstance(q, DerivedQuery) and q.requester == requester}
            about = [record for person in persons for record in self._records.get(person, ())]
            record_facts = RecordFacts(self._driver, self._shared_facts_of(query), self._at_time, _uncounted)
            found[requester] = defaultdict(list)
            for facts in record_facts.of_records(about):
                if facts.record:
                    found[requester][facts.record.issue.data_subject].append(facts)
        return found


def _as_builder(query: DerivedQuery) -> DerivedQuery:
    return replace(query, requester=query.builder, incident=bytes(32))


def _uncounted(_: object, __: object) -> Uses:
    """No uses: a source whose permit counts uses is not computed on, however often it was used."""
    return NO_USES
