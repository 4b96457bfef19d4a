"""Questions about many records in a group: each is told as far as little is looked at for all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from mydata_ledger.anchors.store.db.prepared import AT_ONCE, Driver
from mydata_ledger.anchors.store.facts.facts import Shared, UsesMatter
from mydata_ledger.anchors.store.facts.records import RecordFacts
from mydata_ledger.anchors.store.facts.search import Kind, ResourceSearch, SearchSnapshot
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.ledger.access import AccessRequest, Facts, Found
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.search import PageFacts, PageQuery, PersonFacts, PersonQuery

ROOM = 1_024
"""Records and candidates looked at for one group: those who wait for the step wait some milliseconds at most."""
Known = Callable[[AccessRequest], Shared]
Asker = tuple[str, bytes]


class SearchBatch:
    """Reads the records of all persons asked about at once, and what they said to each requester.

    Where uses count nothing is told: how often is known once every receipt is in its place.
    """

    def __init__(self, driver: Driver, at: int, known: Known, requests: Sequence[AccessRequest]) -> None:
        self._driver, self._at, self._known, self._left = driver, at, known, ROOM
        self._ground = SearchSnapshot(driver)
        self._alike: dict[Any, dict[Kind, bool]] = defaultdict(dict)
        self._told = self._of_persons([one for one in requests if isinstance(one, PersonQuery)])

    @staticmethod
    def handles(request: AccessRequest) -> bool:
        """Whether it is a question about many records."""
        return isinstance(request, PersonQuery | PageQuery)

    def facts(self, request: AccessRequest) -> Facts:
        """What is known about the question."""
        known, _ = self._known(request)
        if isinstance(request, PageQuery):
            return PageFacts(None, (), known.requester, False, known.incident, *known.rests_on, self._sifted(request))
        told = self._told.get((_asker(request), request.data_subject)) if isinstance(request, PersonQuery) else None
        return PersonFacts(None, (), known.requester, False, known.incident, *known.rests_on, told)

    def _survey(self, request: AccessRequest) -> RecordFacts:
        return RecordFacts(self._driver, self._known(request), self._at)

    def _sifted(self, request: PageQuery) -> tuple[Found, ...] | None:
        if not request.most or self._left <= 0:
            return None

        def permits(facts: Facts) -> bool:
            return request.permits(request, facts, self._at)

        alike = self._alike[*_asker(request), request.category, request.purposes, request.action, request.permits]
        sifting = ResourceSearch(self._ground, request, permits, self._survey(request), alike)
        found = None
        with suppress(UsesMatter):
            found = sifting.found_soon(request.after, request.limit, min(request.most, self._left))
        self._left -= 1 + sifting.examined
        return None if found is None else tuple(found)

    def _of_persons(self, requests: Sequence[PersonQuery]) -> dict[tuple[Asker, bytes], tuple[Facts, ...]]:
        """The facts about the records of each person that may be told, by who asks."""
        if not requests:
            return {}
        persons = list(dict.fromkeys(request.data_subject for request in requests))[:AT_ONCE]
        anchored = self._known(requests[0])[0].records_size
        found = records.records_of_any(self._driver, persons, anchored, ROOM) or {}
        asked: dict[Asker, list[PersonQuery]] = defaultdict(list)
        for request in requests:
            if len(found.get(request.data_subject, [])) <= request.most and request.data_subject in found:
                asked[_asker(request)].append(request)
        return {key: each for some in asked.values() for key, each in self._of_asker(some, found).items()}

    def _of_asker(
        self, requests: Sequence[PersonQuery], found: dict[bytes, list[Record]]
    ) -> dict[tuple[Asker, bytes], tuple[Facts, ...]]:
        survey, asker = self._survey(requests[0]), _asker(requests[0])
        persons = dict.fromkeys(request.data_subject for request in requests)
        try:
            told = survey.about([record for person in persons for record in found[person]])
        except UsesMatter:
            return {}
        each: dict[bytes, list[Facts]] = {person: [] for person in persons}
        for facts in told:
            if facts.record:
                each[facts.record.issue.data_subject].append(facts)
        return {(asker, person): tuple(some) for person, some in each.items()}


def _asker(request: AccessRequest) -> Asker:
    return request.requester, request.incident
