"""Reads the facts about many records in few queries, in one state of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mydata_ledger.anchors.store.db.prepared import Driver
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.delegations import delegations_for
from mydata_ledger.anchors.store.facts.facts import CountUses, SharedFacts, refuse_to_count
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.ledger.access import AccessRequest, Facts
from mydata_ledger.ledger.record import Record


class RecordFacts:
    """Reads the facts of one question about many records.

    Args:
        driver: A connection in one transaction.
        shared: Facts that do not depend on the record, and the grantee names of the requester.
        at_time: The time of the decision, in UTC seconds.
        count_uses: Counts uses of consents; called only for grants with a limit of uses. May raise UsesMatter.
    """

    def __init__(
        self, driver: Driver, shared: SharedFacts, at_time: int, count_uses: CountUses = refuse_to_count
    ) -> None:
        self._driver, self.at_time, self._count_uses = driver, at_time, count_uses
        self.shared_facts, self.names = shared

    def of_person(self, request: AccessRequest, data_subject: bytes) -> list[Facts]:
        """The facts about each record of one person, oldest first, for a question of this requester."""
        found = records.records_of(self._driver, data_subject, self.shared_facts.records_size)
        return self.with_delegations(request, data_subject, self.of_records(found))

    def with_delegations(self, request: AccessRequest, data_subject: bytes, facts_list: list[Facts]) -> list[Facts]:
        """The facts about records of one person, with the person's delegations to the requester."""
        delegations = delegations_for(self._driver, request, data_subject) if facts_list else ()
        return [replace(each, delegations=delegations) for each in facts_list] if delegations else facts_list

    def of_ids(self, ids: Sequence[bytes]) -> list[Facts]:
        """The facts about the records with these ids, in the order of the ids."""
        return self.of_records(records.records_by_ids(self._driver, ids, self.shared_facts.records_size))

    def of_records(self, records: Sequence[Record]) -> list[Facts]:
        """The facts about each of the records."""
        persons = {record.issue.data_subject for record in records}
        consents = facts.consents_to(self._driver, persons, self.names, self.shared_facts.consents_size)
        states = (state for person_states in consents.values() for state in person_states)
        uses = facts.relevant_uses(states, records, self._count_uses)
        facts_by_person: dict[bytes, Facts] = {}

        def facts_of(record: Record) -> Facts:
            person = record.issue.data_subject
            if person in facts_by_person and not uses:
                return facts_by_person[person].with_record(record)
            facts_by_person[person] = facts.build(
                self.shared_facts, record, consents.get(person, ()), uses, self.at_time
            )
            return facts_by_person[person]

        return [facts_of(record) for record in records]
