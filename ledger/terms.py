"""The conditions of a permit, in a form that is readable in a wallet: `once`, `max-uses:3`, `redact:birthDate`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mydata_ledger.ledger.errors import InvalidStatement

NUMBERED = frozenset({"max-uses", "aggregate-only", "retain-until", "every-days"})
NAMING = frozenset({"redact", "mask"})
"""Conditions that name a member of the record, at any depth."""
PLAIN = frozenset({"once", "pseudonymise", "emergency-only", "no-onward-transfer"})
COUNTED = frozenset({"once", "max-uses", "every-days"})
"""Conditions that depend on how often, or when, a consent was used."""
ABRIDGING = frozenset({"redact", "mask", "pseudonymise"})
"""Conditions under which no record is released whole."""
OBLIGATIONS = ABRIDGING | {"aggregate-only", "retain-until", "no-onward-transfer", "every-days"}
"""Conditions that bind the reader after a yes, as distinct from those that decide the answer."""
WRITTEN = PLAIN | {f"{name}:<number>" for name in NUMBERED} | {f"{name}:<member>" for name in NAMING}
"""The syntax of each condition."""
MEMBER = re.compile(r"\w[\w.-]{0,63}")
LARGEST, DIGITS = 2**63 - 1, 19
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
