"""Whole numbers in JSON: those beyond 2^53 - 1 are decimal strings, because JSON.parse rounds them (RFC 7493 §2.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

MAX_EXACT = 2**53 - 1
"""The largest whole number that every reader of JSON keeps."""
MAX_DIGITS = 20
"""Digits of 2^64 - 1."""


def shown(number: int) -> int | str:
    """The number as a member of JSON: a decimal string if JSON.parse could round it."""
    return number if number <= MAX_EXACT else str(number)


def from_text(value: object) -> object:
    """The number of a decimal string of at most 20 digits without leading zeros; any other value unchanged."""
    if isinstance(value, str) and len(value) <= MAX_DIGITS and value.isascii() and value.isdigit():
        return int(value) if value == "0" or value[0] != "0" else value
    return value


def may_be_rounded(value: Any) -> bool:
    """Whether JSON.parse and JSON.stringify may have made any of the numbers in this JSON from another number.

    A number that they would change was written by a program that keeps every digit.
    """
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, int) and MAX_EXACT < item < 10**MAX_DIGITS and Decimal(repr(float(item))) == item:
            return True
    return False


def with_text(value: Any) -> Any:
    """JSON in which every number beyond 2^53 - 1 is a decimal string."""
    if isinstance(value, dict):
        return {name: with_text(member) for name, member in value.items()}
    if isinstance(value, list):
        return [with_text(item) for item in value]
    return shown(value) if isinstance(value, int) else value
