"""Grants compared: whether what some say lies wholly inside what others say, and whether two speak of the same."""

from __future__ import annotations

from collections.abc import Sequence

from mydata_ledger.ledger.consent import NEVER, Effect, Grant, category_covers
from mydata_ledger.ledger.vocabulary import Vocabulary

Way = tuple[str, str, str]
"""A category, a purpose and an action."""


def permits_all(grants: Sequence[Grant], wanted: Sequence[Grant], vocabulary: Vocabulary) -> bool:
    """Whether `grants` say everything that `wanted` say, grant by grant and way by way: for each category, purpose and
    action of the one, a single grant of the other holds it for all its time and data, under no further condition.
    """
    return all(
        any(_holds(one, grant, way, vocabulary) for one in grants) for grant in wanted for way in _ways_of(grant)
    )


def narrows(before: Sequence[Grant], after: Sequence[Grant], vocabulary: Vocabulary) -> bool:
    """Whether `after` permits nothing that `before` did not, and still forbids everything `before` forbade."""

    def said(effect: Effect, grants: Sequence[Grant]) -> list[Grant]:
        return [grant for grant in grants if grant.effect is effect]

    permits = permits_all(said(Effect.PERMIT, before), said(Effect.PERMIT, after), vocabulary)
    return permits and permits_all(said(Effect.FORBID, after), said(Effect.FORBID, before), vocabulary)


def touches(one: Grant, other: Grant, vocabulary: Vocabulary) -> bool:
    """Whether there is any question both speak of."""
    categories = any(category_covers(a, b) or category_covers(b, a) for a in one.categories for b in other.categories)
    purposes = any(a in _path(b, vocabulary) or b in _path(a, vocabulary) for a in one.purposes for b in other.purposes)
    records = not one.records or not other.records or bool(set(one.records) & set(other.records))
    times = one.not_before < other.expires and other.not_before < one.expires
    return categories and purposes and bool(set(one.actions) & set(other.actions)) and records and times


def _ways_of(grant: Grant) -> list[Way]:
    return [(c, p, a) for c in grant.categories for p in grant.purposes for a in grant.actions]


def _path(purpose: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    return ("*",) if purpose == "*" else ("*", *vocabulary.path(purpose))


def _holds(whole: Grant, part: Grant, way: Way, vocabulary: Vocabulary) -> bool:
    """Whether `whole` says one way of `part` for all of its time and data."""
    category, purpose, action = way
    return (
        any(category_covers(mine, category) for mine in whole.categories)
        and not set(_path(purpose, vocabulary)).isdisjoint(whole.purposes)
        and action in whole.actions
        and whole.not_before <= part.not_before
        and whole.expires >= part.expires
        and set(whole.conditions) <= set(part.conditions)
        and (not whole.records or (bool(part.records) and set(part.records) <= set(whole.records)))
        and whole.data_from <= part.data_from
        and (whole.data_until or NEVER) >= (part.data_until or NEVER)
    )
