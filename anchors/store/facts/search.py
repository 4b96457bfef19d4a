"""Search for the records that a requester may read, in the order of persons.

A search reads two tables that are sorted by person, and no statement. Records of one category whose consents have equal
keys (`ledger.equivalence`) are in one class: the rule decides one record of each class. Other records are decided one
by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Integer, and_, bindparam, cast, or_, select

from mydata_ledger.anchors.store.db.prepared import Driver, ListQuery, PreparedQuery
from mydata_ledger.anchors.store.facts.records import RecordFacts
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.schema import CONSENTS, RECORDS
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, Facts, Found, SearchPosition
from mydata_ledger.ledger.equivalence import ConsentKey, consent_key, is_decided_alone
from mydata_ledger.ledger.party import ANYONE
from mydata_ledger.ledger.search import searched_categories

Permits = Callable[[Facts], bool]
RecordClass = tuple[int, ConsentKey | tuple[ConsentKey, ...]]
"""The class of equivalent records: the category key, and the key of the consent or of all consents that apply."""
DecisionsByClass = dict[RecordClass, bool]
Row = tuple[Any, ...]
"""Person key, position and record id; then category key and consent keys."""
class_of = itemgetter(3, 4)
FEWEST, MOST = 64, 1_024
"""The least and the most candidates read in one query; the first query may read fewer."""
LAST_PERSON = 2**63 - 1
"""Above every person key."""
CONSENTS_TO_ANYONE = CONSENTS.alias()
"""The consents to anyone of the same persons."""


def _is_current(consents: Any) -> Any:
    return and_(consents.c.is_consent, ~consents.c.superseded, ~consents.c.revoked)


def _state_key(consents: Any) -> Any:
    """The state of a consent as one number: each further column would add a fifth to the time for a row."""
    anchored, has_begun = consents.c.position < bindparam("anchored"), consents.c.opens <= bindparam("at")
    has_not_ended = or_(consents.c.closes.is_(None), consents.c.closes > bindparam("at"))
    return consent_key(consents.c.terms_id, _bit(anchored), _bit(has_begun), _bit(has_not_ended)).label("state")


def _bit(condition: Any) -> Any:
    return cast(condition, Integer)


CANDIDATES = (
    select(CONSENTS.c.person, RECORDS.c.position, RECORDS.c.record_id, RECORDS.c.category, _state_key(CONSENTS))
    .join(RECORDS, and_(RECORDS.c.person == CONSENTS.c.person, RECORDS.c.key_check == CONSENTS.c.key_check))
    .where(CONSENTS.c.grantee == bindparam("grantee"), CONSENTS.c.person >= bindparam("person"))
    .where(CONSENTS.c.person <= bindparam("last"), _is_current(CONSENTS), ~RECORDS.c.erased)
    .where(or_(CONSENTS.c.person > bindparam("person"), RECORDS.c.position > bindparam("position")))
    .order_by(CONSENTS.c.person, RECORDS.c.position)
    .limit(bindparam("most"))
)
OF_ANY_CATEGORY, OF_CATEGORIES = PreparedQuery(CANDIDATES), ListQuery(CANDIDATES, category=RECORDS.c.category)
PERSON_AT_OFFSET = PreparedQuery(
    select(CONSENTS.c.person)
    .where(CONSENTS.c.grantee == bindparam("grantee"), CONSENTS.c.person >= bindparam("person"))
    .order_by(CONSENTS.c.person)
    .limit(1)
    .offset(bindparam("many"))
)
"""The person of the consent `many` rows further on in the index."""
IN_PERSON_RANGE = CONSENTS_TO_ANYONE.c.person >= bindparam("person"), CONSENTS_TO_ANYONE.c.person <= bindparam("until")
ANY_CONSENT_TO_ANYONE = PreparedQuery(
    select(CONSENTS_TO_ANYONE.c.person)
    .where(CONSENTS_TO_ANYONE.c.grantee == bindparam("anyone"), *IN_PERSON_RANGE)
    .limit(1)
)
STATES_TO_ANYONE = PreparedQuery(
    select(CONSENTS_TO_ANYONE.c.person, _state_key(CONSENTS_TO_ANYONE))
    .select_from(CONSENTS)
    .join(
        CONSENTS_TO_ANYONE,
        and_(CONSENTS_TO_ANYONE.c.person == CONSENTS.c.person, CONSENTS_TO_ANYONE.c.key_check == CONSENTS.c.key_check),
    )
    .where(CONSENTS.c.grantee == bindparam("grantee"), CONSENTS_TO_ANYONE.c.grantee == bindparam("anyone"))
    .where(_is_current(CONSENTS), _is_current(CONSENTS_TO_ANYONE), *IN_PERSON_RANGE)
)


class SearchSnapshot:
    """Cached look-ups for searches in one state of the database."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self._is_named: dict[int, bool] = {}
        self._persons: dict[tuple[int, int, int], int | None] = {}

    def is_named(self, grantee: int) -> bool:
        """True if any consent names this grantee."""
        if grantee not in self._is_named:
            self._is_named[grantee] = self._person(grantee, -1, 0) is not None
        return self._is_named[grantee]

    def person_at_offset(self, grantee: int, person: int, offset: int) -> int | None:
        """The person of the consent that is `offset` rows further on in the index; None if there is none."""
        lookup = grantee, person, offset
        if lookup not in self._persons:
            self._persons[lookup] = self._person(*lookup)
        return self._persons[lookup]

    def _person(self, grantee: int, person: int, offset: int) -> int | None:
        rows = PERSON_AT_OFFSET.tuples(self.driver, {"grantee": grantee, "person": person, "many": offset})
        return rows[0][0] if rows else None


class ResourceSearch:
    """One search in one state of the database.

    Args:
        snapshot: Cached look-ups of that state.
        request: The question, without a record.
        permits: The access rule; called once for each class of equivalent records.
        record_facts: Reads the facts about records. May raise UsesMatter, which the search then raises too.
        decisions: Decisions by class that are known from equal questions; the search adds to them.
    """

    def __init__(
        self,
        snapshot: SearchSnapshot,
        request: AccessRequest,
        permits: Permits,
        record_facts: RecordFacts,
        decisions: DecisionsByClass | None = None,
    ) -> None:
        self._snapshot, self._driver, self._request = snapshot, snapshot.driver, request
        self._permits, self._record_facts = permits, record_facts
        self._decisions: DecisionsByClass = {} if decisions is None else decisions
        self.examined = 0
        self._names = [name for name in map(key, sorted(record_facts.names - {ANYONE})) if snapshot.is_named(name)]
        values = {
            "at": record_facts.at_time,
            "anchored": self._record_facts.shared_facts.consents_size,
            "anyone": key(ANYONE),
        }
        if request.category == EVERYTHING:
            self._values, self._query = values, OF_ANY_CATEGORY
        else:
            keys = map(records.category_key, searched_categories(request))
            self._query, bound = OF_CATEGORIES.prepared(category=keys)
            self._values = values | bound

    def page(self, after: SearchPosition, limit: int) -> list[Found]:
        """The first `limit` records after a position that the rule permits."""
        return self._search(after, limit, LAST_PERSON)

    def page_within(self, after: SearchPosition, limit: int, most: int) -> list[Found] | None:
        """The first `limit` permitted records, searched only in the next `most` consents to each name of the requester.

        Returns None if these consents do not give a whole page and are not the last ones.
        """
        persons = (self._snapshot.person_at_offset(name, after[0], most) for name in self._names)
        last_persons = [person for person in persons if person is not None]
        page = self._search(after, limit, min(last_persons, default=LAST_PERSON))
        if len(page) == limit or not last_persons:
            return page
        self.examined = max(self.examined, most)
        return None

    def _search(self, after: SearchPosition, limit: int, last_person: int) -> list[Found]:
        """The first permitted records of persons up to `last_person`."""
        page: list[Found] = []
        fewest, self._values["last"] = 1, last_person
        while self._names and len(page) < limit:
            rows, end = self._candidates(after, min(MOST, max(fewest, limit - len(page))))
            self.examined += len(rows)
            permitted = self._permitted(rows)
            page += [((person, position), record_id) for person, position, record_id, _, _ in permitted]
            if end is None:
                break
            after, fewest = end, FEWEST
        return page[:limit]

    def _candidates(self, after: SearchPosition, most: int) -> tuple[Sequence[Row], SearchPosition | None]:
        """Candidates in order, and the position up to which they are complete; None if they are complete."""
        values = self._values | {"person": after[0], "position": after[1], "most": most}
        streams = [self._query.tuples(self._driver, values | {"grantee": name}) for name in self._names]
        end = min((rows[-1][:2] for rows in streams if len(rows) == most), default=None)
        rows = next((rows for rows in streams if rows), [])
        last_person = end[0] if end else max((rows[-1][0] for rows in streams if rows), default=-1)
        others = self._to_anyone(values | {"until": last_person})
        if not others and sum(map(bool, streams)) < 2:
            return rows, end
        return list(_merged(streams, others, end)), end

    def _to_anyone(self, values: dict[str, Any]) -> dict[int, ConsentKey]:
        """The consents to anyone of the persons who name the requester; here they can only forbid."""
        if not self._snapshot.is_named(values["anyone"]) or not ANY_CONSENT_TO_ANYONE.tuples(self._driver, values):
            return {}
        streams = (STATES_TO_ANYONE.tuples(self._driver, values | {"grantee": name}) for name in self._names)
        return {person: state for rows in streams for person, state in rows}

    def _permitted(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows that the rule permits."""
        classes = set(map(class_of, rows))
        decided_alone = set(filter(self._is_decided_alone, classes))
        if undecided := classes - decided_alone - self._decisions.keys():
            examples = {class_of(row): row for row in rows}
            self._decisions.update(zip(undecided, self._decide([examples[kind] for kind in undecided]), strict=True))
        permitted_classes = {kind for kind in classes - decided_alone if self._decisions[kind]}
        if permitted_classes == classes:
            return rows
        single_decisions = iter(self._decide([row for row in rows if class_of(row) in decided_alone]))
        return [
            row
            for row in rows
            if (next(single_decisions) if class_of(row) in decided_alone else class_of(row) in permitted_classes)
        ]

    def _is_decided_alone(self, record_class: RecordClass) -> bool:
        """True if records of this class are decided one by one."""
        states = record_class[1] if isinstance(record_class[1], tuple) else (record_class[1],)
        return is_decided_alone(self._request, self._record_facts.shared_facts.incident, states)

    def _decide(self, rows: Sequence[Row]) -> list[bool]:
        """The decision of the rule for each row."""
        facts_list = self._record_facts.of_ids([record_id for _, _, record_id, _, _ in rows]) if rows else []
        return [self._permits(facts) for facts in facts_list]


def _merged(
    streams: Sequence[Sequence[Row]], others: dict[int, ConsentKey], end: SearchPosition | None
) -> Iterator[Row]:
    """One row for each record, with the keys of all consents that apply to it."""
    by_position: dict[SearchPosition, list[Row]] = defaultdict(list)
    for rows in streams:
        for row in rows:
            by_position[row[:2]].append(row)
    for position in sorted(by_position):
        if end is None or position <= end:
            same_record = by_position[position]
            states = [state for _, _, _, _, state in same_record]
            if position[0] in others:
                states.append(others[position[0]])
            yield (*same_record[0][:4], tuple(states))
