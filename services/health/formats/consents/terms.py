"""Sets of categories, purposes and actions, in which a name stands for all below it."""

from __future__ import annotations

from collections.abc import Mapping

from mydata_ledger.ledger.consent import ACTIONS, category_covers
from mydata_ledger.ledger.vocabulary import Vocabulary

HIERARCHIES = ("categories", "purposes")


class TermSets:
    """The values of the vocabulary: the categories without one below them, every purpose, every action."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._wide = {c: frozenset(vocabulary.below(c)) for c in vocabulary.categories if vocabulary.below(c)}
        self._purposes = {
            one: frozenset(lower for lower in vocabulary.purposes if one in vocabulary.path(lower))
            for one in vocabulary.purposes
        }
        self._values: Mapping[str, frozenset[str]] = {
            "categories": frozenset(vocabulary.categories) - self._wide.keys(),
            "purposes": frozenset(vocabulary.purposes),
            "actions": ACTIONS,
        }

    def spread(self, name: str, names: frozenset[str] | None) -> frozenset[str]:
        """The names with everything below them; all values for no bound."""
        if names is None:
            return self._values[name]
        return frozenset(below for one in names for below in self._below(name, one))

    def _below(self, name: str, one: str) -> frozenset[str]:
        if one == "*":
            return self._values[name]
        if name == "purposes":
            return self._purposes.get(one, frozenset({one}))
        if name == "categories":
            return frozenset(c for c in self._values[name] if category_covers(one, c)) or frozenset({one})
        return frozenset({one})

    def both(self, name: str, one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
        """The intersection of two bounds, with as few names as possible."""
        if one is None or other is None:
            return other if one is None else one
        if name not in HIERARCHIES:
            return one & other
        covered = {n for n in one if self._is_named(name, n, other)} | {
            n for n in other if self._is_named(name, n, one)
        }
        return self._fewest(name, covered | (self.spread(name, one) & self.spread(name, other)))

    def is_inside(self, name: str, one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
        """Whether the second bound covers the first, whatever the vocabulary declares later."""
        return other is None or (one is not None and all(self._is_named(name, term, other) for term in one))

    def _is_named(self, name: str, term: str, names: frozenset[str]) -> bool:
        """Whether one of the names covers the term, whatever the vocabulary declares below it later."""
        if name == "categories":
            return any(category_covers(held, term) for held in names)
        return any(held == "*" or term in self._below(name, held) for held in names)

    def _fewest(self, name: str, names: set[str] | frozenset[str]) -> frozenset[str]:
        """The names without those that are below another."""
        return frozenset(n for n in names if not any(n != m and self._is_named(name, n, frozenset({m})) for m in names))

    def named(self, name: str, values: frozenset[str]) -> frozenset[str]:
        """The fewest names for a set of values. A value with a lower one outside the set cannot be named without
        including too much, and is left out.
        """
        if name not in HIERARCHIES:
            return values
        whole = frozenset(one for one in values if self._below(name, one) <= values)
        return self._fewest(name, whole)

    def joined(self, categories: frozenset[str]) -> frozenset[str]:
        """The categories; all that are below one declared category become that one."""
        complete = {wide for wide, below in self._wide.items() if below <= categories}
        return self._fewest("categories", categories | complete)
