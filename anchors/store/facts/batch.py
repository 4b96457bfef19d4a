"""What is known about each of a group of questions, read together inside the one transaction that answers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.group_commit import Work
from mydata_ledger.anchors.store.db.prepared import Driver, Reading
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.facts import Shared, UsesOf, uses_unknown
from mydata_ledger.anchors.store.facts.search_batch import SearchBatch
from mydata_ledger.anchors.store.rows.records import named
from mydata_ledger.anchors.store.rows.use_counts import Uses
from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts
from mydata_ledger.ledger.record import Record

Said = dict[bytes, list[ConsentState]]
"""What each person said to one requester, oldest first."""


@dataclass
class UseCounter:
    """How often consents were used, seen from the writing transaction: `unwritten` tells the uses that only lie on the
    desk, `settle` is done once before those that are written are read.
    """

    connection: Connection
    unwritten: Callable[[], Uses]
    settle: Work[None]
    _settled: bool = False

    def __call__(self, states: Sequence[ConsentState], of_records: Sequence[int]) -> Uses:
        """How often these consents were used, in all and for each of the records of these keys."""
        if not self._settled:
            self.settle(self.connection)
            self._settled = True
        return facts.used_of(self.connection, states, of_records).merged(self.unwritten())


class FactBatch:
    """Reads once what its questions share, and their records and consents together. Raises SourceUnavailable.

    How often a consent was used is read only where a grant counts it, by `used_of`, which may raise UsesCount.
    """

    def __init__(self, reading: Reading, at: int, used_of: UsesOf = uses_unknown) -> None:
        self._driver, self._at, self._used_of = Driver.of(reading), at, used_of
        self._shared: dict[tuple[str, bytes], Shared] = {}

    def each(self, requests: Sequence[AccessRequest]) -> Iterator[tuple[AccessRequest, Facts]]:
        """Everything the rule may consider about each question.

        A use is counted if it was answered before the next question is taken.
        """
        wide = SearchBatch(self._driver, self._at, self._known, requests)
        alone = [request for request in requests if not wide.handles(request)]
        found = self._records(alone)
        said = self._said(alone, found)
        for request in requests:
            if wide.handles(request):
                yield request, wide.facts(request)
                continue
            known, record = self._known(request)[0], found.get(request.record_id)
            yield request, self._about(known, record, said[request.requester]) if record else known

    def one(self, request: AccessRequest) -> Facts:
        """Everything the rule may consider about one question: a group of one."""
        return next(self.each([request]))[1]

    def _about(self, known: Facts, record: Record, said: Said) -> Facts:
        states = said.get(record.issue.data_subject, ())
        used = facts.uses_that_count(states, [record], self._used_of)
        return facts.build(known, record, states, used, self._at)

    def _known(self, request: AccessRequest) -> Shared:
        which = request.requester, request.incident
        if which not in self._shared:
            self._shared[which] = facts.shared(self._driver, request, self._at)
        return self._shared[which]

    def _records(self, requests: Sequence[AccessRequest]) -> dict[bytes, Record]:
        if not requests:
            return {}
        ids = list({request.record_id: None for request in requests})
        anchored = self._known(requests[0])[0].records_size
        return {one.issue.record_id: one for one in named(self._driver, ids, anchored)}

    def _said(self, requests: Sequence[AccessRequest], found: dict[bytes, Record]) -> dict[str, Said]:
        """What the persons of the records said to each of those who ask about them."""
        asked: dict[str, set[bytes]] = defaultdict(set)
        known: dict[str, Shared] = {}
        for request in requests:
            if request.record_id in found:
                asked[request.requester].add(found[request.record_id].issue.data_subject)
                known[request.requester] = self._known(request)
        said = {}
        for requester, persons in asked.items():
            shared, names = known[requester]
            said[requester] = facts.consents_to(self._driver, persons, names, shared.consents_size)
        return said
