"""Whose records a requester may read: searched in the order of persons, and decided once for all that are alike.

A search reads two tables that are laid out by person, and no statement. Records of one category whose consents have
equal keys (`ledger.equivalence`) get one answer, which the rule gives on one of them; others are decided alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Integer, and_, bindparam, cast, or_, select

from mydata_ledger.anchors.store.db.prepared import Driver, PreparedQuery
from mydata_ledger.anchors.store.facts.records import RecordFacts
from mydata_ledger.anchors.store.rows import records
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.schema import CONSENTS, RECORDS
from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, Facts, Found, SearchPosition
from mydata_ledger.ledger.equivalence import ConsentKey, consent_key, is_decided_alone
from mydata_ledger.ledger.party import ANYONE

Permits = Callable[[Facts], bool]
Kind = tuple[int, ConsentKey | tuple[ConsentKey, ...]]
"""What makes records alike: category, and the key of the consent or the keys of all consents that matter."""
Known = dict[Kind, bool]
Row = tuple[Any, ...]
"""Person, position, record id; then the kind."""
KIND = itemgetter(3, 4)
FEWEST, MOST = 64, 1_024
"""Candidates looked at in one query, but for the first."""
FOREVER = 2**63 - 1
"""Behind every person."""
OTHER = CONSENTS.alias()
"""Consents to anyone, of the same persons."""


def _standing(consents: Any) -> Any:
    return and_(consents.c.is_consent, ~consents.c.superseded, ~consents.c.revoked)


def _state(consents: Any) -> Any:
    """One number, for a column more is a fifth of the time that a row takes."""
    anchored, begun = consents.c.position < bindparam("anchored"), consents.c.opens <= bindparam("at")
    unended = or_(consents.c.closes.is_(None), consents.c.closes > bindparam("at"))
    return consent_key(consents.c.alike, _bit(anchored), _bit(begun), _bit(unended)).label("state")


def _bit(condition: Any) -> Any:
    return cast(condition, Integer)


NAMING = (
    select(CONSENTS.c.person, RECORDS.c.position, RECORDS.c.record_id, RECORDS.c.category, _state(CONSENTS))
    .join(RECORDS, and_(RECORDS.c.person == CONSENTS.c.person, RECORDS.c.witness == CONSENTS.c.witness))
    .where(CONSENTS.c.grantee == bindparam("grantee"), CONSENTS.c.person >= bindparam("person"))
    .where(CONSENTS.c.person <= bindparam("last"), _standing(CONSENTS), ~RECORDS.c.erased)
    .where(or_(CONSENTS.c.person > bindparam("person"), RECORDS.c.position > bindparam("position")))
    .order_by(CONSENTS.c.person, RECORDS.c.position)
    .limit(bindparam("most"))
)
OF_ANY, OF_ONE = PreparedQuery(NAMING), PreparedQuery(NAMING.where(RECORDS.c.category == bindparam("category")))
FURTHER = PreparedQuery(
    select(CONSENTS.c.person)
    .where(CONSENTS.c.grantee == bindparam("grantee"), CONSENTS.c.person >= bindparam("person"))
    .order_by(CONSENTS.c.person)
    .limit(1)
    .offset(bindparam("many"))
)
"""The person of the consent that lies so many further on."""
WITHIN = OTHER.c.person >= bindparam("person"), OTHER.c.person <= bindparam("until")
TO_ANYONE = PreparedQuery(select(OTHER.c.person).where(OTHER.c.grantee == bindparam("anyone"), *WITHIN).limit(1))
ALSO = PreparedQuery(
    select(OTHER.c.person, _state(OTHER))
    .select_from(CONSENTS)
    .join(OTHER, and_(OTHER.c.person == CONSENTS.c.person, OTHER.c.witness == CONSENTS.c.witness))
    .where(CONSENTS.c.grantee == bindparam("grantee"), OTHER.c.grantee == bindparam("anyone"))
    .where(_standing(CONSENTS), _standing(OTHER), *WITHIN)
)


class SearchSnapshot:
    """What searches in one state of the database ask again and again."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self._named: dict[int, bool] = {}
        self._further: dict[tuple[int, int, int], int | None] = {}

    def is_named(self, grantee: int) -> bool:
        """Whether any consent names it."""
        if grantee not in self._named:
            self._named[grantee] = self._person(grantee, -1, 0) is not None
        return self._named[grantee]

    def further(self, grantee: int, person: int, many: int) -> int | None:
        """The person of the consent so many further on, if there is one."""
        which = grantee, person, many
        if which not in self._further:
            self._further[which] = self._person(*which)
        return self._further[which]

    def _person(self, grantee: int, person: int, many: int) -> int | None:
        found = FURTHER.plain(self.driver, {"grantee": grantee, "person": person, "many": many})
        return found[0][0] if found else None


class ResourceSearch:
    """One search in one state of the database; `permits` is the rule, asked once for those alike, and not for those of
    which it is `known` from the same question. Raises UsesCount where the survey does.
    """

    def __init__(
        self,
        ground: SearchSnapshot,
        question: AccessRequest,
        permits: Permits,
        survey: RecordFacts,
        known: Known | None = None,
    ) -> None:
        self._ground, self._driver, self._question = ground, ground.driver, question
        self._permits, self._survey = permits, survey
        self._known: Known = {} if known is None else known
        self.examined = 0
        self._names = [name for name in map(key, sorted(survey.names - {ANYONE})) if ground.is_named(name)]
        values = {"at": survey.at, "anchored": self._survey.known.consents_size, "anyone": key(ANYONE)}
        self._values = values | {"category": records.category_key(question.category)}
        self._query = OF_ANY if question.category == EVERYTHING else OF_ONE

    def found(self, after: SearchPosition, limit: int) -> list[Found]:
        """The first `limit` records behind a place that the rule permits."""
        return self._found(after, limit, FOREVER)

    def found_soon(self, after: SearchPosition, limit: int, most: int) -> list[Found] | None:
        """The same, found among the next `most` consents to each of the requester's names; None where that does not
        show them all.
        """
        further = (self._ground.further(name, after[0], most) for name in self._names)
        ends = [person for person in further if person is not None]
        found = self._found(after, limit, min(ends, default=FOREVER))
        if len(found) == limit or not ends:
            return found
        self.examined = max(self.examined, most)
        return None

    def _found(self, after: SearchPosition, limit: int, last: int) -> list[Found]:
        """Those of persons up to the `last`."""
        found: list[Found] = []
        fewest, self._values["last"] = 1, last
        while self._names and len(found) < limit:
            rows, end = self._candidates(after, min(MOST, max(fewest, limit - len(found))))
            self.examined += len(rows)
            permitted = self._permitted(rows)
            found += [((person, position), record_id) for person, position, record_id, _, _ in permitted]
            if end is None:
                break
            after, fewest = end, FEWEST
        return found[:limit]

    def _candidates(self, after: SearchPosition, most: int) -> tuple[Sequence[Row], SearchPosition | None]:
        """Candidates in order, and the place up to which they are all; None when there are no others."""
        values = self._values | {"person": after[0], "position": after[1], "most": most}
        streams = [self._query.plain(self._driver, values | {"grantee": name}) for name in self._names]
        end = min((rows[-1][:2] for rows in streams if len(rows) == most), default=None)
        rows = next((rows for rows in streams if rows), [])
        last = end[0] if end else max((rows[-1][0] for rows in streams if rows), default=-1)
        others = self._to_anyone(values | {"until": last})
        if not others and sum(map(bool, streams)) < 2:
            return rows, end
        return list(_together(streams, others, end)), end

    def _to_anyone(self, values: dict[str, Any]) -> dict[int, ConsentKey]:
        """What the persons who name the requester said to anyone, which can only forbid."""
        if not self._ground.is_named(values["anyone"]) or not TO_ANYONE.plain(self._driver, values):
            return {}
        each = (ALSO.plain(self._driver, values | {"grantee": name}) for name in self._names)
        return {person: state for rows in each for person, state in rows}

    def _permitted(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Those of the rows that the rule permits."""
        kinds = set(map(KIND, rows))
        alone = set(filter(self._is_alone, kinds))
        if fresh := kinds - alone - self._known.keys():
            one_of_each = {KIND(row): row for row in rows}
            self._known.update(zip(fresh, self._decide([one_of_each[kind] for kind in fresh]), strict=True))
        yes = {kind for kind in kinds - alone if self._known[kind]}
        if yes == kinds:
            return rows
        by_itself = iter(self._decide([row for row in rows if KIND(row) in alone]))
        return [row for row in rows if (next(by_itself) if KIND(row) in alone else KIND(row) in yes)]

    def _is_alone(self, kind: Kind) -> bool:
        """Whether such records are decided one by one."""
        states = kind[1] if isinstance(kind[1], tuple) else (kind[1],)
        return is_decided_alone(self._question, self._survey.known.incident, states)

    def _decide(self, rows: Sequence[Row]) -> list[bool]:
        """What the rule says about each of these."""
        known = self._survey.named([record_id for _, _, record_id, _, _ in rows]) if rows else []
        return [self._permits(one) for one in known]


def _together(
    streams: Sequence[Sequence[Row]], others: dict[int, ConsentKey], end: SearchPosition | None
) -> Iterator[Row]:
    """One row for each record, with the states of all consents that matter to it."""
    by_place: dict[SearchPosition, list[Row]] = defaultdict(list)
    for rows in streams:
        for row in rows:
            by_place[row[:2]].append(row)
    for place in sorted(by_place):
        if end is None or place <= end:
            same = by_place[place]
            states = [state for _, _, _, _, state in same]
            if place[0] in others:
                states.append(others[place[0]])
            yield (*same[0][:4], tuple(states))
