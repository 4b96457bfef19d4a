"""The records that a search finds: those that the rule permits now, in the order of persons."""

from __future__ import annotations

from mydata_ledger.ledger.access import SELF_VIEW, AccessRequest, Facts, Found, SearchPosition, search_position
from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.kernel.decisions.search_answers import NO_INCIDENT, may_be_named
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.search import PageQuery


class PermittedRecords:
    """Reads them from the index; the question has its receipt before."""

    def __init__(self, world: World) -> None:
        self._world = world

    def page(self, question: PageQuery, now: int, after: SearchPosition, limit: int) -> list[Found]:
        """The first `limit` records after a search position that may be read now, without duplicates."""

        def permits(facts: Facts) -> bool:
            return may_be_named(question, facts, now)

        def of_person(data_subject: bytes) -> list[Found]:
            person_facts = self._world.index.person_facts(question, data_subject, now)
            records = [facts.record for facts in person_facts if facts.record and permits(facts)]
            found = [(search_position(each), each.issue.record_id) for each in records if _is_in(each, question)]
            return [each for each in found if each[0] > after]

        incident = self._world.index.incident(question.incident) if question.incident != NO_INCIDENT else None
        if incident is not None:
            return of_person(incident.data_subject)[:limit]
        records = self._world.index.page_facts(question, now, after, limit, permits)
        if question.purpose == SELF_VIEW:
            records = sorted({*records, *of_person(bytes.fromhex(question.requester[2:]))})
        return records[:limit]


def _is_in(record: Record, question: AccessRequest) -> bool:
    return category_covers(question.category, record.issue.category)
