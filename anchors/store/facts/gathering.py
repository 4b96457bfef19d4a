"""What is known about each of a group of questions, read together inside the one transaction that answers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.group_commit import Work
from mydata_ledger.anchors.store.db.prepared import Driver, Reading
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.facts import Shared, UsesCount
from mydata_ledger.anchors.store.facts.widening import Widening
from mydata_ledger.anchors.store.rows.records import named
from mydata_ledger.anchors.store.rows.use_counts import Uses
from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts
from mydata_ledger.ledger.record import Record

Said = dict[tuple[bytes, str], list[ConsentState]]
"""What persons said to requesters."""


@dataclass
class Counting:
    """How often consents were used, seen from the writing transaction: `unwritten` tells the uses that only lie on the
    desk, `settle` is done once before those that are written are read.
    """

    connection: Connection
    unwritten: Callable[[], Uses]
    settle: Work[None]
    _settled: bool = False

    def counted(self, states: list[ConsentState], record_id: bytes) -> list[ConsentState]:
        """The states with their uses."""
        if not self._settled:
            self.settle(self.connection)
            self._settled = True
        return facts.with_uses(self.connection, states, record_id, self.unwritten())


class Gathering:
    """Reads once what its questions share, and their records and consents together. Raises SourceUnavailable.

    How often a consent was used is read only where one of its grants counts it; UsesCount is raised there without
    `counting`.
    """

    def __init__(self, reading: Reading, at: int, counting: Counting | None = None) -> None:
        self._driver, self._at, self._counting = Driver.of(reading), at, counting
        self._shared: dict[tuple[str, bytes], Shared] = {}

    def each(self, requests: Sequence[AccessRequest]) -> Iterator[tuple[AccessRequest, Facts]]:
        """Everything the rule may consider about each question; a use is counted if it was answered before the next
        question is taken.
        """
        wide = Widening(self._driver, self._at, self._known, requests)
        alone = [request for request in requests if not wide.tells(request)]
        found = self._records(alone)
        said = self._said(alone, found)
        for request in requests:
            if wide.tells(request):
                yield request, wide.facts(request)
                continue
            record = found.get(request.record_id)
            states = said.get((record.issue.data_subject, request.requester), []) if record else []
            yield request, self._facts(request, record, states)

    def _facts(self, request: AccessRequest, record: Record | None, states: list[ConsentState]) -> Facts:
        if any(grant.counts_uses for state in states for grant in state.consent.grants if grant.conditions):
            states = self._counted(states, request.record_id)
        blocked = any(state.blocks(self._at) for state in states)
        shared = self._known(request)[0]
        return Facts(record, tuple(states), shared.requester, blocked, shared.incident, *shared.rests_on)

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

    def _said(self, requests: Sequence[AccessRequest], found: dict[bytes, Record]) -> Said:
        """What the persons of the records said to those who ask about them, oldest first."""
        asked: dict[str, set[bytes]] = defaultdict(set)
        known: dict[str, Shared] = {}
        for request in requests:
            if request.record_id in found:
                asked[request.requester].add(found[request.record_id].issue.data_subject)
                known[request.requester] = self._known(request)
        said: Said = defaultdict(list)
        for requester, persons in asked.items():
            shared, names = known[requester]
            for state in facts.said_to(self._driver, persons, names, shared.consents_size):
                said[state.consent.data_subject, requester].append(state)
        return said

    def _counted(self, states: list[ConsentState], record_id: bytes) -> list[ConsentState]:
        if self._counting is None:
            raise UsesCount
        return self._counting.counted(states, record_id)
