"""The conditions of a permit, in a form that is readable in a wallet: `once`, `max-uses:3`, `redact:birthDate`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.party import checksum

NUMBERED = frozenset({"max-uses", "aggregate-only", "retain-until", "every-days"})
NAMING = frozenset({"redact", "mask", "only"})
"""Conditions that name a member of the record, at any depth."""
PLAIN = frozenset({"once", "pseudonymise", "emergency-only", "no-onward-transfer"})
FROM, ASSET, RETAIN = "from", "asset", "retain-until"
ALTERNATIVES = frozenset({"only", FROM, ASSET})
"""Conditions of which several in one grant permit more than one of them does: each names one of what is permitted. Of
every other condition, more in a grant permit less.
"""
COUNTED = frozenset({"once", "max-uses", "every-days"})
"""Conditions that depend on how often, or when, a consent was used."""
ABRIDGING = frozenset({"redact", "mask", "pseudonymise", "only"})
"""Conditions under which no record is released whole."""
OBLIGATIONS = ABRIDGING | {"aggregate-only", "retain-until", "no-onward-transfer", "every-days"}
"""Conditions that bind the reader after a yes, as distinct from those that decide the answer."""
WRITTEN = (
    PLAIN
    | {f"{name}:<number>" for name in NUMBERED}
    | {f"{name}:<member>" for name in NAMING}
    | {f"{FROM}:<address>", f"{ASSET}:<id>"}
)
"""The syntax of each condition."""
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
ASSET_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{1,64}")
"""An id that a holder or collector chose for an account, card or meter; its number, without a letter, is none."""
MEMBER = re.compile(r"\w[\w.-]{0,63}")
LARGEST, DIGITS = 2**63 - 1, 19
SEPARATOR = ","
"""Between the members of an obligation; no member's name has it."""
FORMS = dict.fromkeys(NAMING, MEMBER) | {ASSET: ASSET_ID}
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
        if name == FROM:
            address = _address(value)
            return cls(name, address) if address else None
        if name in NUMBERED:
            is_known = value.isascii() and value.isdigit() and len(value) <= DIGITS and 0 < int(value) <= LARGEST
        elif name in FORMS:
            is_known = bool(FORMS[name].fullmatch(value))
        else:
            is_known = name in PLAIN and not colon
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
        if name == FROM and ":" in text:
            raise InvalidStatement(
                "condition `from` names one data holder by its 0x address, with a true checksum if any"
            )
        if name == ASSET and ":" in text:
            raise InvalidStatement("condition `asset` has an id of up to 64 letters, digits, - and _, with a letter")
        raise InvalidStatement(f"unknown condition; use one of {', '.join(sorted(WRITTEN))}")

    def __str__(self) -> str:
        return f"{self.name}:{self.value}" if self.value else self.name

    @property
    def number(self) -> int:
        """The number of a numbered condition."""
        return int(self.value)


def _address(text: str) -> str:
    """The EIP-55 form of an address in any case; empty for anything else, and where letters of both cases give a
    checksum that is not true.
    """
    if not ADDRESS.fullmatch(text):
        return ""
    canonical, digits = checksum(bytes.fromhex(text[2:])), text[2:]
    return canonical if text == canonical or digits in {digits.lower(), digits.upper()} else ""


def canonical(texts: Iterable[str]) -> tuple[str, ...]:
    """The conditions as they are signed: addresses in their EIP-55 form. Raises InvalidStatement for an unknown one."""
    return tuple(str(Condition.parse(text)) for text in texts)


def is_named(terms: Iterable[Condition | None], name: str, value: str) -> bool:
    """Whether conditions of this name, if there are any, name the value."""
    named = values(terms, name)
    return not named or value in named


def values(terms: Iterable[Condition | None], name: str) -> list[str]:
    """The values of the conditions of this name, in order."""
    return [term.value for term in terms if term and term.name == name]


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
