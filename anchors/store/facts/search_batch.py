"""The facts for questions about many records in a batch, within a limit of records read for the whole batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from mydata_ledger.anchors.store.db.prepared import CHUNK_SIZE, Driver
from mydata_ledger.anchors.store.facts.facts import SharedFacts, UsesMatter
from mydata_ledger.anchors.store.facts.records import RecordFacts
from mydata_ledger.anchors.store.facts.search import RecordClass, ResourceSearch, SearchSnapshot
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.ledger.access import SELF_VIEW, AccessRequest, Facts, Found
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.search import PageFacts, PageQuery, PersonFacts, PersonQuery

MAX_EXAMINED = 1_024
"""The most records and candidates read for one batch, so that others wait for milliseconds at most."""
SharedFactsOf = Callable[[AccessRequest], SharedFacts]
RequesterKey = tuple[str, bytes, bool]
"""Requester, incident, and whether the question is in the person's own view."""


class SearchBatch:
    """Reads the facts for questions about a person or a page of a search.

    A question stays unanswered (None) if it needs more than its share of the limit, or if use counts matter: these are
    known only when all receipts are indexed.
    """

    def __init__(
        self, driver: Driver, at_time: int, shared_facts_of: SharedFactsOf, requests: Sequence[AccessRequest]
    ) -> None:
        self._driver, self._at_time, self._shared_facts_of, self._remaining = (
            driver,
            at_time,
            shared_facts_of,
            MAX_EXAMINED,
        )
        self._snapshot = SearchSnapshot(driver)
        self._decisions: dict[Any, dict[RecordClass, bool]] = defaultdict(dict)
        self._person_facts = self._facts_of_persons(
            [request for request in requests if isinstance(request, PersonQuery)]
        )

    @staticmethod
    def handles(request: AccessRequest) -> bool:
        """True if the question is about many records."""
        return isinstance(request, PersonQuery | PageQuery)

    def facts(self, request: AccessRequest) -> Facts:
        """The facts about the question."""
        shared_facts, _ = self._shared_facts_of(request)
        if isinstance(request, PageQuery):
            return PageFacts(
                None,
                (),
                shared_facts.requester,
                False,
                shared_facts.incident,
                *shared_facts.rests_on,
                found=self._page(request),
            )
        person_facts = (
            self._person_facts.get((_requester_key(request), request.data_subject))
            if isinstance(request, PersonQuery)
            else None
        )
        return PersonFacts(
            None, (), shared_facts.requester, False, shared_facts.incident, *shared_facts.rests_on, each=person_facts
        )

    def _record_facts(self, request: AccessRequest) -> RecordFacts:
        return RecordFacts(self._driver, self._shared_facts_of(request), self._at_time)

    def _page(self, request: PageQuery) -> tuple[Found, ...] | None:
        if not request.most or self._remaining <= 0:
            return None

        def permits(facts: Facts) -> bool:
            return request.permits(request, facts, self._at_time)

        decisions = self._decisions[
            *_requester_key(request), request.category, request.purposes, request.action, request.permits
        ]
        search = ResourceSearch(self._snapshot, request, permits, self._record_facts(request), decisions)
        page = None
        with suppress(UsesMatter):
            page = search.page_within(request.after, request.limit, min(request.most, self._remaining))
        self._remaining -= 1 + search.examined
        return None if page is None else tuple(page)

    def _facts_of_persons(self, requests: Sequence[PersonQuery]) -> dict[tuple[RequesterKey, bytes], tuple[Facts, ...]]:
        """The facts about the records of each person, by requester; persons with too many records are left out."""
        if not requests:
            return {}
        persons = list(dict.fromkeys(request.data_subject for request in requests))[:CHUNK_SIZE]
        anchored = self._shared_facts_of(requests[0])[0].records_size
        records_by_person = records.records_of_any(self._driver, persons, anchored, MAX_EXAMINED) or {}
        requests_by_requester: dict[RequesterKey, list[PersonQuery]] = defaultdict(list)
        for request in requests:
            if (
                len(records_by_person.get(request.data_subject, [])) <= request.most
                and request.data_subject in records_by_person
            ):
                requests_by_requester[_requester_key(request)].append(request)
        return {
            key: person_facts
            for requester_requests in requests_by_requester.values()
            for key, person_facts in self._facts_for_requester(requester_requests, records_by_person).items()
        }

    def _facts_for_requester(
        self, requests: Sequence[PersonQuery], records_by_person: dict[bytes, list[Record]]
    ) -> dict[tuple[RequesterKey, bytes], tuple[Facts, ...]]:
        record_facts, requester_key = self._record_facts(requests[0]), _requester_key(requests[0])
        persons = dict.fromkeys(request.data_subject for request in requests)
        try:
            facts_list = record_facts.of_records([record for person in persons for record in records_by_person[person]])
        except UsesMatter:
            return {}
        facts_by_person: dict[bytes, list[Facts]] = {person: [] for person in persons}
        for facts in facts_list:
            if facts.record:
                facts_by_person[facts.record.issue.data_subject].append(facts)
        return {
            (requester_key, person): tuple(record_facts.with_delegations(requests[0], person, person_facts))
            for person, person_facts in facts_by_person.items()
        }


def _requester_key(request: AccessRequest) -> RequesterKey:
    return request.requester, request.incident, request.purpose == SELF_VIEW
