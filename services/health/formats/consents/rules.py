"""A provision tree in terms of this ledger: the scope of each rule, its decision and its exceptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.party import ROLE_PREFIX
from mydata_ledger.ledger.terms import both
from mydata_ledger.services.health.formats.consents.terms import TermSets

Names = frozenset[str] | None
"""A bound of a scope; None means no bound."""
Span = tuple[int, int]
ALWAYS: Span = (-NEVER, NEVER)
NAME_BOUNDS = ("grantees", "categories", "purposes", "actions", "records")


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a rule. `window` and `data` are UTC seconds, end exclusive, negative before 1970; `expressible` is
    False once a bound exists that no grant can express.
    """

    grantees: Names = None
    categories: Names = None
    purposes: Names = None
    actions: Names = None
    records: Names = None
    window: Span = ALWAYS
    data: Span = ALWAYS
    conditions: frozenset[str] = frozenset()
    expressible: bool = True

    def within(self, outer: Scope, words: TermSets, *, widely: bool = False) -> Scope:
        """The part of this scope inside `outer`: the rules around a nested rule restrict it. With `widely`, a party and
        a role that it may have count as the same, as a deny must assume.
        """
        named: dict[str, Any] = {n: words.both(n, getattr(self, n), getattr(outer, n)) for n in NAME_BOUNDS}
        if widely and self.grantees is not None and outer.grantees is not None:
            named["grantees"] = _possible_grantees(self.grantees, outer.grantees)
        conditions = both(self.conditions, outer.conditions)
        return Scope(
            **named,
            window=_overlap(self.window, outer.window),
            data=_overlap(self.data, outer.data),
            conditions=self.conditions | outer.conditions if conditions is None else conditions,
            expressible=self.expressible and outer.expressible and conditions is not None,
        )

    @property
    def empty(self) -> bool:
        """True if the scope contains nothing."""
        ended = any(start >= end for start, end in (self.window, self.data))
        return ended or any(getattr(self, name) == frozenset() for name in NAME_BOUNDS)


@dataclass(frozen=True, slots=True)
class Rule:
    """A provision. `scope` is its certain meaning, `widest` its widest possible one. `silent` marks a base that denies
    only what nothing permits; `spares_emergencies` a deny that is not about emergency treatment.
    """

    path: str
    decision: str
    scope: Scope
    widest: Scope
    exceptions: tuple[Rule, ...] = ()
    silent: bool = False
    spares_emergencies: bool = False

    @property
    def permits_inside(self) -> bool:
        """Whether a rule inside it permits something."""
        return any(inner.decision == "permit" or inner.permits_inside for inner in self.exceptions)

    def inexpressible(self) -> Rule:
        """The rule and its exceptions, with a bound that no grant can express."""
        scope, widest = (replace(one, expressible=False) for one in (self.scope, self.widest))
        inner = tuple(one.inexpressible() for one in self.exceptions)
        return replace(self, scope=scope, widest=widest, exceptions=inner)


@dataclass(frozen=True, slots=True)
class ScopeDifference:
    """The parts of a scope outside a hole; `whole` is False if some of what is outside is missing."""

    parts: tuple[Scope, ...]
    whole: bool = True


def overlap(one: Scope, other: Scope, words: TermSets) -> bool:
    """True if some access request may be in both scopes."""
    return not one.within(other, words, widely=True).empty


def without(scope: Scope, hole: Scope, words: TermSets) -> ScopeDifference:
    """The parts of `scope` outside `hole`. They are cut off one bound after the other, each inside
    the previous cuts.
    """
    if not overlap(scope, hole, words):
        return ScopeDifference((scope,))
    parts, remaining, whole = [], scope, True
    for name in ("grantees", "records"):
        mine, theirs = getattr(remaining, name), getattr(hole, name)
        if mine is not None and theirs is not None:
            met = frozenset(one for one in mine if any(_may_be_same(one, other) for other in theirs))
            parts.append(_bounded(remaining, name, mine - met))
            remaining, mine = _bounded(remaining, name, met), met
        whole = whole and (theirs is None or (mine is not None and mine <= theirs))
    for name in ("categories", "purposes", "actions"):
        if words.is_inside(name, getattr(remaining, name), getattr(hole, name)):
            continue
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


def _overlap(one: Span, other: Span) -> Span:
    return max(one[0], other[0]), min(one[1], other[1])


def _may_be_same(one: str, other: str) -> bool:
    """Whether two names may mean one party (or one record): equal names, or a role that the other may have."""
    return one == other or one.startswith(ROLE_PREFIX) or other.startswith(ROLE_PREFIX)


def _possible_grantees(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The names of who may be in both sets; of a party and a role it may have, the party."""
    pairs = [(a, b) for a in one for b in other if _may_be_same(a, b)]
    return frozenset(b if a.startswith(ROLE_PREFIX) and not b.startswith(ROLE_PREFIX) else a for a, b in pairs)
