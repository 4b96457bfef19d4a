"""Comparison of grants: whether one list of grants covers another, and whether two grants overlap."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.ledger.consent import NEVER, Effect, Grant, category_covers
from mydata_ledger.ledger.terms import as_wide
from mydata_ledger.ledger.vocabulary import Vocabulary

ScopeTriple = tuple[str, str, str]
"""A category, a purpose and an action."""


def covers_all(grants: Sequence[Grant], wanted: Sequence[Grant], vocabulary: Vocabulary) -> bool:
    """Whether `grants` cover everything in `wanted`: for each category, purpose and action of a wanted grant, a single
    grant covers it for all of its time and data, under no further condition.
    """
    return all(
        any(_covers(candidate, grant, triple, vocabulary) for candidate in grants)
        for grant in wanted
        for triple in _triples_of(grant)
    )


def joined(in_force: Sequence[Grant], added: Sequence[Grant], at_time: int, *, replacing: bool = False) -> list[Grant]:
    """The grants of the next version to a grantee: those in force that have not ended at `at_time` (UTC seconds), then
    the added ones that are not among them. With `replacing`, permits in force are left out; refusals always stay.
    """
    kept = [grant for grant in in_force if grant.expires > at_time]
    kept = [grant for grant in kept if grant.effect is Effect.FORBID or not replacing]
    return list(dict.fromkeys([*kept, *added]))


def narrows(before: Sequence[Grant], after: Sequence[Grant], vocabulary: Vocabulary) -> bool:
    """Whether `after` permits nothing that `before` did not permit, and still forbids everything that `before`
    forbade.
    """

    def grants_with(effect: Effect, grants: Sequence[Grant]) -> list[Grant]:
        return [grant for grant in grants if grant.effect is effect]

    permits = covers_all(grants_with(Effect.PERMIT, before), grants_with(Effect.PERMIT, after), vocabulary)
    return permits and covers_all(grants_with(Effect.FORBID, after), grants_with(Effect.FORBID, before), vocabulary)


def overlaps(first: Grant, second: Grant, vocabulary: Vocabulary) -> bool:
    """Whether both grants apply to at least one common question."""
    categories = any(
        category_covers(a, b) or category_covers(b, a) for a in first.categories for b in second.categories
    )
    purposes = any(
        a in _purposes_above(b, vocabulary) or b in _purposes_above(a, vocabulary)
        for a in first.purposes
        for b in second.purposes
    )
    records = not first.records or not second.records or bool(set(first.records) & set(second.records))
    times = first.not_before < second.expires and second.not_before < first.expires
    return categories and purposes and bool(set(first.actions) & set(second.actions)) and records and times


def _triples_of(grant: Grant) -> list[ScopeTriple]:
    return [(c, p, a) for c in grant.categories for p in grant.purposes for a in grant.actions]


def _purposes_above(purpose: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    return ("*",) if purpose == "*" else ("*", *vocabulary.path(purpose))


def _covers(outer: Grant, inner: Grant, triple: ScopeTriple, vocabulary: Vocabulary) -> bool:
    """Whether `outer` covers one category, purpose and action of `inner` for all of its time and data."""
    category, purpose, action = triple
    return (
        any(category_covers(granted, category) for granted in outer.categories)
        and not set(_purposes_above(purpose, vocabulary)).isdisjoint(outer.purposes)
        and action in outer.actions
        and outer.not_before <= inner.not_before
        and outer.expires >= inner.expires
        and as_wide(outer.conditions, inner.conditions)
        and (not outer.records or (bool(inner.records) and set(inner.records) <= set(outer.records)))
        and outer.data_from <= inner.data_from
        and (outer.data_until or NEVER) >= (inner.data_until or NEVER)
    )
