"""The facts about many records at once, read in one state of the database and in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mydata_ledger.anchors.store.db.prepared import Driver
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.facts import Shared, UsesCount
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.rows.use_counts import Uses
from mydata_ledger.ledger.access import ConsentState, Facts
from mydata_ledger.ledger.record import Record


class Survey:
    """One question about many records; what is known whatever the record is `shared`. Raises SourceUnavailable.

    How often a consent was used is read only where one of its grants counts it; UsesCount is raised there unless the
    receipts of the moment are `settled`.
    """

    def __init__(self, driver: Driver, shared: Shared, at: int, *, settled: bool) -> None:
        self._driver, self.at, self._settled = driver, at, settled
        self.known, self.names = shared

    def of_person(self, data_subject: bytes) -> list[Facts]:
        """Facts about each record of one person, oldest first."""
        return self.about(records.records_of(self._driver, data_subject, self.known.records_size))

    def named(self, ids: Sequence[bytes]) -> list[Facts]:
        """Facts about each of the records of these ids."""
        return self.about(records.named(self._driver, ids, self.known.records_size))

    def about(self, found: Sequence[Record]) -> list[Facts]:
        """Facts about each of the records."""
        persons = {record.issue.data_subject for record in found}
        said: dict[bytes, list[ConsentState]] = defaultdict(list)
        for state in facts.said_to(self._driver, persons, self.names, self.known.consents_size):
            said[state.consent.data_subject].append(state)
        used = self._used([state for states in said.values() for state in states], found)
        blockers = {person for person, states in said.items() if any(state.blocks(self.at) for state in states)}

        requester, incident, rests_on = self.known.requester, self.known.incident, self.known.rests_on

        def each(record: Record) -> Facts:
            whose = record.issue.data_subject
            consents = _counted(said[whose], used, record)
            return Facts(record, consents, requester, whose in blockers, incident, *rests_on)

        return [each(record) for record in found]

    def _used(self, states: Iterable[ConsentState], found: Sequence[Record]) -> Uses:
        """How often those consents were used of which a grant counts it."""
        counting = [state for state in states if any(grant.counts_uses for grant in state.consent.grants)]
        if not counting:
            return Uses()
        if not self._settled:
            raise UsesCount
        return facts.used_of(self._driver, counting, [key(record.issue.record_id) for record in found])


def _counted(states: Sequence[ConsentState], used: Uses, record: Record) -> tuple[ConsentState, ...]:
    if not used:
        return tuple(states)
    this = [key(record.issue.record_id)]
    return tuple(facts.counted(state, used, this) for state in states)
