"""Whose records a requester may read: searched in the order of persons, and decided once for all that are alike.

A search reads two tables that are laid out by person, and no statement. What decides is the requester's names and, of
each consent, what it says in common with others, its window and its state: those alike in all of them get one answer,
which the rule gives on one of them. A consent of which anything else matters (`common.alike`) is decided alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.engine import Connection

from anchors.store import facts, records, surveying
from anchors.store.codec import key
from anchors.store.gathering import UsesCount
from anchors.store.prepared import Driver, Prepared
from anchors.store.schema import CONSENTS, RECORDS
from ledger.access import EVERYTHING, SELF_VIEW, AccessRequest, Facts, Found, Place
from ledger.consent import Grant
from ledger.party import ANYONE
from ledger.receipt import CONSENTS as CONSENTS_LOG
from ledger.receipt import RECORDS as RECORDS_LOG

T = TypeVar("T")
Permits = Callable[[Facts], bool]
Row = tuple[Any, ...]
"""Person, position, record id; then what makes records alike: category, terms, and the state of the consent."""
LIKENESS, LARGEST_OF_MANY = 3, 2
FEWEST, MOST = 64, 1_024
"""Candidates looked at in one query."""
OTHER = CONSENTS.alias()
"""Consents to anyone, of the same persons."""


def _standing(consents: Any) -> Any:
    return and_(consents.c.is_consent, ~consents.c.superseded, ~consents.c.revoked)


def _state(consents: Any) -> list[Any]:
    unended = or_(consents.c.closes.is_(None), consents.c.closes > bindparam("at"))
    anchored, begun = consents.c.position < bindparam("anchored"), consents.c.opens <= bindparam("at")
    return [consents.c.alike, anchored.label("anchored"), begun.label("begun"), unended.label("unended")]


NAMING = (
    select(CONSENTS.c.person, RECORDS.c.position, RECORDS.c.record_id, RECORDS.c.category, *_state(CONSENTS))
    .join(RECORDS, and_(RECORDS.c.person == CONSENTS.c.person, RECORDS.c.witness == CONSENTS.c.witness))
    .where(CONSENTS.c.grantee == bindparam("grantee"), CONSENTS.c.person >= bindparam("person"))
    .where(_standing(CONSENTS), ~RECORDS.c.erased)
    .where(or_(CONSENTS.c.person > bindparam("person"), RECORDS.c.position > bindparam("position")))
    .order_by(CONSENTS.c.person, RECORDS.c.position)
    .limit(bindparam("most"))
)
OF_ANY, OF_ONE = Prepared(NAMING), Prepared(NAMING.where(RECORDS.c.category == bindparam("category")))
WITHIN = OTHER.c.person >= bindparam("person"), OTHER.c.person <= bindparam("until")
TO_ANYONE = Prepared(select(OTHER.c.person).where(OTHER.c.grantee == bindparam("anyone"), *WITHIN).limit(1))
ALSO = Prepared(
    select(OTHER.c.person, *_state(OTHER))
    .select_from(CONSENTS)
    .join(OTHER, and_(OTHER.c.person == CONSENTS.c.person, OTHER.c.witness == CONSENTS.c.witness))
    .where(CONSENTS.c.grantee == bindparam("grantee"), OTHER.c.grantee == bindparam("anyone"))
    .where(_standing(CONSENTS), _standing(OTHER), *WITHIN)
)


class Sifting:
    """One search in one snapshot; `permits` is the rule, asked once for those alike. Raises UsesCount where uses count
    and the receipts of the moment are not `settled`.
    """

    def __init__(
        self, connection: Connection, question: AccessRequest, at: int, permits: Permits, *, settled: bool
    ) -> None:
        self._connection, self._driver, self._settled = connection, Driver.of(connection), settled
        self._question, self._at, self._permits = question, at, permits
        heads = facts.anchored_heads(connection)
        self._records = heads[RECORDS_LOG].anchored_size
        party = facts.party(self._driver, question.requester)
        self._names = [key(name) for name in sorted(party.grantee_names(at))] if party else []
        values = {"at": at, "anchored": heads[CONSENTS_LOG].anchored_size, "anyone": key(ANYONE)}
        self._values = values | {"category": records.category_key(question.category)}
        self._query = OF_ANY if question.category == EVERYTHING else OF_ONE
        self._known: dict[Row, bool] = {}

    def found(self, after: Place, limit: int) -> list[Found]:
        """The first `limit` records behind a place that the rule permits."""
        found: list[Found] = []
        while self._names and len(found) < limit:
            rows, end = self._candidates(after, min(MOST, max(FEWEST, limit - len(found))))
            answers = self._answers(rows)
            found += [((row[0], row[1]), row[2]) for row, yes in zip(rows, answers, strict=True) if yes]
            if end is None:
                break
            after = end
        return found[:limit]

    def _candidates(self, after: Place, most: int) -> tuple[Sequence[Row], Place | None]:
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

    def _to_anyone(self, values: dict[str, Any]) -> dict[int, Row]:
        """What the persons who name the requester said to anyone, which can only forbid."""
        if not TO_ANYONE.plain(self._driver, values):
            return {}
        each = (ALSO.plain(self._driver, values | {"grantee": name}) for name in self._names)
        return {row[0]: row[1:] for rows in each for row in rows}

    def _answers(self, rows: Sequence[Row]) -> list[bool]:
        kinds = [row[LIKENESS:] for row in rows]
        one_of_each = dict(zip(kinds, range(len(kinds)), strict=True))
        alone = {kind for kind in one_of_each if self._is_alone(kind)}
        fresh = [place for kind, place in one_of_each.items() if kind not in self._known and kind not in alone]
        self._known.update(self._decide(rows, fresh, [kinds[place] for place in fresh]))
        if not alone:
            return [self._known[kind] for kind in kinds]
        places = [place for place, kind in enumerate(kinds) if kind in alone]
        by_place = self._decide(rows, places, places)
        return [by_place[place] if kind in alone else self._known[kind] for place, kind in enumerate(kinds)]

    def _is_alone(self, kind: Row) -> bool:
        """Whether such records are decided one by one; `kind` is a category and the state, or states, of consents."""
        states = [kind[1:]] if len(kind) > LARGEST_OF_MANY else kind[1]
        return self._question.purpose == SELF_VIEW or any(state[0] is None for state in states)

    def _decide(self, rows: Sequence[Row], places: Sequence[int], names: Sequence[T]) -> dict[T, bool]:
        """What the rule says about some of the rows, under names."""
        found = records.named(self._connection, [rows[place][2] for place in places], self._records)
        known = surveying.about(self._connection, self._question, found, self._at)
        if not self._settled and any(grant.counts_uses for grant in _grants(known)):
            raise UsesCount
        return {name: self._permits(one) for name, one in zip(names, known, strict=True)}


def _grants(known: Sequence[Facts]) -> Iterator[Grant]:
    return (grant for one in known for state in one.consents for grant in state.consent.grants)


def _together(streams: Sequence[Sequence[Row]], others: dict[int, Row], end: Place | None) -> Iterator[Row]:
    """One row for each record, with the states of all consents that matter to it."""
    by_place: dict[Place, list[Row]] = defaultdict(list)
    for rows in streams:
        for row in rows:
            by_place[row[:2]].append(row)
    for place in sorted(by_place):
        if end is None or place <= end:
            same = by_place[place]
            states = [row[LIKENESS + 1 :] for row in same]
            if place[0] in others:
                states.append(others[place[0]])
            yield (*same[0][: LIKENESS + 1], tuple(states))
