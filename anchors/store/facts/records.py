"""The facts about many records at once, read in one state of the database and in few queries."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.anchors.store.db.prepared import Driver
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.facts import Shared, UsesOf, uses_unknown
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.ledger.access import Facts
from mydata_ledger.ledger.record import Record


class RecordFacts:
    """One question about many records; what is known whatever the record is `shared`. Raises SourceUnavailable.

    How often a consent was used is read only where a grant counts it, by `used_of`, which may raise UsesCount.
    """

    def __init__(self, driver: Driver, shared: Shared, at: int, used_of: UsesOf = uses_unknown) -> None:
        self._driver, self.at, self._used_of = driver, at, used_of
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
        said = facts.consents_to(self._driver, persons, self.names, self.known.consents_size)
        states = (state for some in said.values() for state in some)
        used = facts.uses_that_count(states, found, self._used_of)
        built: dict[bytes, Facts] = {}

        def each(record: Record) -> Facts:
            whose = record.issue.data_subject
            if whose in built and not used:
                return built[whose].with_record(record)
            built[whose] = facts.build(self.known, record, said.get(whose, ()), used, self.at)
            return built[whose]

        return [each(record) for record in found]
