"""The terms of a permit, written so that they stay readable in a wallet: `once`, `max-uses:3`, `redact:birthDate`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mydata_ledger.ledger.errors import InvalidStatement

NUMBERED = frozenset({"max-uses", "aggregate-only", "retain-until", "every-days"})
NAMING = frozenset({"redact", "mask"})
"""Conditions that name a member of the record, wherever in it that stands."""
PLAIN = frozenset({"once", "pseudonymise", "emergency-only", "no-onward-transfer"})
COUNTED = frozenset({"once", "max-uses", "every-days"})
"""Conditions that depend on how often, or when, a consent was used."""
ABRIDGING = frozenset({"redact", "mask", "pseudonymise"})
"""Conditions under which no record leaves whole."""
OBLIGATIONS = ABRIDGING | {"aggregate-only", "retain-until", "no-onward-transfer", "every-days"}
"""Conditions that bind the reader after the yes, beside those that decide whether it is one."""
WRITTEN = PLAIN | {f"{name}:<number>" for name in NUMBERED} | {f"{name}:<member>" for name in NAMING}
"""How each is written."""
MEMBER = re.compile(r"\w[\w.-]{0,63}")
LARGEST, DIGITS = 2**63 - 1, 19
DAY = 86_400
"""Seconds; a day of `every-days` is no calendar day."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`value` is the number or the member named, as text; empty for those that have neither."""

    name: str
    value: str = ""

    @classmethod
    def read(cls, text: str) -> Condition | None:
        """The condition, or None for one that no rule knows: such a one is never met."""
        name, colon, value = text.partition(":")
        if name in NUMBERED:
            known = value.isascii() and value.isdigit() and len(value) <= DIGITS and 0 < int(value) <= LARGEST
        else:
            known = bool(MEMBER.fullmatch(value)) if name in NAMING else name in PLAIN and not colon
        return cls(name, value) if known else None

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read one condition. Raises InvalidStatement for one that no rule knows."""
        if found := cls.read(text):
            return found
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
        """The number of one that has a number."""
        return int(self.value)
