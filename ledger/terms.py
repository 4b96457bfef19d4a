"""The conditions of a permit, in a form that is readable in a wallet: `once`, `max-uses:3`, `redact:birthDate`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mydata_ledger.ledger.errors import InvalidStatement

NUMBERED = frozenset({"max-uses", "aggregate-only", "retain-until", "every-days"})
NAMING = frozenset({"redact", "mask", "only"})
"""Conditions that name a member of the record, at any depth."""
PLAIN = frozenset({"once", "pseudonymise", "emergency-only", "no-onward-transfer"})
ALTERNATIVES = frozenset({"only"})
"""Conditions of which several in one grant permit more than one of them does: each names one of what is permitted. Of
every other condition, more in a grant permit less.
"""
COUNTED = frozenset({"once", "max-uses", "every-days"})
"""Conditions that depend on how often, or when, a consent was used."""
ABRIDGING = frozenset({"redact", "mask", "pseudonymise", "only"})
"""Conditions under which no record is released whole."""
OBLIGATIONS = ABRIDGING | {"aggregate-only", "retain-until", "no-onward-transfer", "every-days"}
"""Conditions that bind the reader after a yes, as distinct from those that decide the answer."""
WRITTEN = PLAIN | {f"{name}:<number>" for name in NUMBERED} | {f"{name}:<member>" for name in NAMING}
"""The syntax of each condition."""
MEMBER = re.compile(r"\w[\w.-]{0,63}")
LARGEST, DIGITS = 2**63 - 1, 19
SEPARATOR = ","
"""Between the members of an obligation; no member's name has it."""
DAY = 86_400
"""Seconds; a day of `every-days` is not a calendar day."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`value` is the number or the named member, as text; empty for conditions that have neither."""

    name: str
    value: str = ""

    @classmethod
    def read(cls, text: str) -> Condition | None:
        """The condition, or None for one that the rule does not know: such a condition is never met."""
        name, colon, value = text.partition(":")
        if name in NUMBERED:
            is_known = value.isascii() and value.isdigit() and len(value) <= DIGITS and 0 < int(value) <= LARGEST
        else:
            is_known = bool(MEMBER.fullmatch(value)) if name in NAMING else name in PLAIN and not colon
        return cls(name, value) if is_known else None

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read one condition. Raises InvalidStatement for one that the rule does not know."""
        if condition := cls.read(text):
            return condition
        name = text.partition(":")[0]
        if name in NUMBERED and ":" in text:
            raise InvalidStatement(f"condition `{name}` needs a positive whole number below 2^63")
        if name in NAMING and ":" in text:
            raise InvalidStatement(f"condition `{name}` names a member of a record, for instance `{name}:birthDate`")
        raise InvalidStatement(f"unknown condition; use one of {', '.join(sorted(WRITTEN))}")

    def __str__(self) -> str:
        return f"{self.name}:{self.value}" if self.value else self.name

    @property
    def number(self) -> int:
        """The number of a numbered condition."""
        return int(self.value)


def obligations_of(terms: Iterable[Condition | None]) -> frozenset[str]:
    """What the conditions of one grant oblige the reader to. Each text narrows what is seen, so several grants that
    permit at once oblige to all of them merged.

    The members that one grant shows are one text, `only:birthDate,gender`.
    """
    binding = [term for term in terms if term and term.name in OBLIGATIONS]
    shown = sorted({term.value for term in binding if term.name == "only"})
    each = frozenset(str(term) for term in binding if term.name != "only")
    return each | {f"only:{SEPARATOR.join(shown)}"} if shown else each


def grouped(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Conditions as names and values for people, in order; the values of one of ALTERNATIVES stand merged."""
    pairs = [(name, value) for name, _, value in (text.partition(":") for text in texts)]
    merged = {name: ", ".join(value for other, value in pairs if other == name) for name in ALTERNATIVES}
    return list(dict.fromkeys((name, merged.get(name, value)) for name, value in pairs))


def as_wide(outer: Iterable[str], inner: Iterable[str]) -> bool:
    """Whether a grant under the conditions `outer` permits everything that one under `inner` permits."""
    ours, theirs = ({str(Condition.read(text) or text) for text in texts} for texts in (outer, inner))
    named = [(_named(name, ours), _named(name, theirs)) for name in ALTERNATIVES]
    rest = {text for text in ours if text.partition(":")[0] not in ALTERNATIVES}
    return rest <= theirs and all(not wide or (bool(narrow) and narrow <= wide) for wide, narrow in named)


def both(first: frozenset[str], second: frozenset[str]) -> frozenset[str] | None:
    """The conditions under which a grant permits what it permits under each of two; None where that is nothing."""
    joined = first | second
    for name in ALTERNATIVES:
        ours, theirs = _named(name, first), _named(name, second)
        if ours and theirs:
            if not ours & theirs:
                return None
            joined -= ours ^ theirs
    return joined


def _named(name: str, texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text for text in texts if text.startswith(f"{name}:"))


def shown_by(obligation: str) -> frozenset[str]:
    """The members that an obligation `only:…` shows; empty for any other obligation."""
    name, _, members = obligation.partition(":")
    return frozenset(members.split(SEPARATOR)) if name == "only" else frozenset()
