"""A provision tree in terms of this ledger: the scope of each rule, its decision and its exceptions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from mydata_ledger.ledger.consent import NEVER, category_covers

Names = frozenset[str] | None
"""A bound of a scope; None means no bound."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a rule. `window` and `data` are UTC seconds, end exclusive; `expressible` is False once a bound
    exists that no grant can express.
    """

    grantees: Names = None
    categories: Names = None
    purposes: Names = None
    actions: Names = None
    records: Names = None
    window: tuple[int, int] = (0, NEVER)
    data: tuple[int, int] = (0, NEVER)
    conditions: frozenset[str] = frozenset()
    expressible: bool = True

    def within(self, outer: Scope, words: TermSets) -> Scope:
        """The part of this scope inside `outer`: the rules around a nested rule restrict it."""
        named: dict[str, Any] = {n: words.both(n, getattr(self, n), getattr(outer, n)) for n in NAME_BOUNDS}
        return Scope(
            **named,
            window=_overlap(self.window, outer.window),
            data=_overlap(self.data, outer.data),
            conditions=self.conditions | outer.conditions,
            expressible=self.expressible and outer.expressible,
        )

    @property
    def empty(self) -> bool:
        """True if the scope contains nothing."""
        ended = any(start >= end for start, end in (self.window, self.data))
        return ended or any(getattr(self, name) == frozenset() for name in NAME_BOUNDS)


NAME_BOUNDS = ("grantees", "categories", "purposes", "actions", "records")


@dataclass(frozen=True, slots=True)
class Rule:
    """A provision; `decision` is permit, deny or empty (the base of a consent that leaves it open)."""

    path: str
    decision: str
    scope: Scope
    exceptions: tuple[Rule, ...] = ()
    is_base: bool = False


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])


@dataclass(frozen=True, slots=True)
class TermSets:
    """Every category, purpose and action, for a scope without a bound; `below` has each purpose with all below it."""

    categories: frozenset[str]
    purposes: frozenset[str]
    actions: frozenset[str]
    below: dict[str, frozenset[str]] = field(default_factory=dict)

    def spread(self, name: str, names: Names) -> frozenset[str]:
        """The names with everything below them; all names for no bound."""
        everything: frozenset[str] = getattr(self, name)
        if names is None:
            return everything
        if name == "actions":
            return names
        return frozenset(below for one in names for below in self._below(name, one))

    def _below(self, name: str, one: str) -> frozenset[str]:
        if name == "purposes":
            return self.below.get(one, frozenset({one}))
        return frozenset(category for category in self.categories if category_covers(one, category)) or frozenset({one})

    def both(self, name: str, one: Names, other: Names) -> Names:
        """The intersection of two bounds, with as few names as possible."""
        if one is None or other is None:
            return other if one is None else one
        if name not in {"categories", "purposes"}:
            return one & other
        first, second = self.spread(name, one), self.spread(name, other)
        return frozenset(
            {n for n in one if self._below(name, n) <= second} | {n for n in other if self._below(name, n) <= first}
        )

    def overlap(self, one: Scope, other: Scope) -> bool:
        """True if some access request is in both scopes."""
        return not one.within(other, self).empty

    def named(self, name: str, exactly: frozenset[str]) -> frozenset[str]:
        """The names whose whole subtree is inside a set of exact values. A value with a lower one outside the set
        cannot be named without including too much.
        """
        if name == "actions":
            return exactly
        return frozenset(one for one in exactly if self._below(name, one) <= exactly)


@dataclass(frozen=True, slots=True)
class ScopeDifference:
    """The parts of a scope outside a hole; `whole` is False if some of them cannot be expressed."""

    parts: tuple[Scope, ...]
    whole: bool = True


def without(scope: Scope, hole: Scope, words: TermSets) -> ScopeDifference:
    """The parts of `scope` outside `hole`. They are cut off one bound after the other, each inside
    the previous cuts.
    """
    if not words.overlap(scope, hole):
        return ScopeDifference((scope,))
    if not _inside(scope.grantees, hole.grantees) or not _inside(scope.records, hole.records):
        return ScopeDifference((), whole=False)
    parts, remaining, whole = [], scope, True
    for name in ("categories", "purposes", "actions"):
        inner, hole_values = (words.spread(name, getattr(one, name)) for one in (remaining, hole))
        outside = words.named(name, inner - hole_values)
        whole = whole and words.spread(name, outside) == inner - hole_values
        parts.append(_bounded(remaining, name, outside))
        remaining = _bounded(remaining, name, words.named(name, inner & hole_values))
    for name in ("window", "data"):
        (start, end), (low, high) = getattr(remaining, name), getattr(hole, name)
        parts += [_bounded(remaining, name, part) for part in ((start, min(low, end)), (max(high, start), end))]
        remaining = _bounded(remaining, name, _overlap((start, end), (low, high)))
    return ScopeDifference(tuple(part for part in parts if not part.empty), whole)


def _bounded(scope: Scope, name: str, bound: Any) -> Scope:
    return replace(scope, **{name: bound})


def _inside(mine: Names, theirs: Names) -> bool:
    """True if the bound `theirs` covers all of `mine`."""
    return theirs is None or (mine is not None and mine <= theirs)
