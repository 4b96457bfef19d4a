"""Strict JSON in, RFC 8785 out."""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from json.encoder import encode_basestring
from typing import Any

import rfc8785

from mydata_ledger.ledger.errors import MalformedInput, TooLarge

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 200
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
"""A string, or the start of an unterminated string: matched in one pass for any content."""
STEP = bytes.maketrans(b"[{]}", b"\2\2\0\0")
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[{]}")


class Digits(str):
    """A number in its original digits: in FHIR, 1.10 and 1.1 state different precision."""

    __slots__ = ()


def read(raw: bytes, *, exact: bool = False) -> Any:
    """The JSON value of UTF-8 bytes; with `exact`, numbers are returned as `Digits`.

    Raises MalformedInput for anything that RFC 8259 and I-JSON (RFC 7493) do not both allow (duplicate names, lone
    surrogates, NaN) and for nesting deeper than 200; TooLarge beyond 64 MiB.
    """
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"a JSON document has at most {MAX_BYTES} bytes")
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(raw) > MAX_DEPTH:
        raise MalformedInput(f"not JSON that we read: nested deeper than {MAX_DEPTH}")
    try:
        value = (EXACT if exact else PLAIN).decode(raw.decode("utf-8"))
    except ValueError as error:
        raise MalformedInput(_error_text(error)) from error
    if SURROGATE.search(raw):
        _check_characters(value)
    return value


def _depth(raw: bytes) -> int:
    """The nesting depth of brackets outside strings, computed before the recursive parser runs."""
    brackets = STRING.sub(b"", raw).translate(STEP, NO_BRACKETS)
    return max(accumulate(step - 1 for step in brackets), default=0)


def _error_text(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: line {error.lineno}, column {error.colno}; is the file complete?"
    if isinstance(error, UnicodeDecodeError):
        return "not JSON: the bytes are not UTF-8"
    return "not JSON that we read: a number has thousands of digits" if "digits" in str(error) else f"not JSON: {error}"


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is beyond IEEE 754 double")
    return number


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON number")


def _check_characters(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if not item.isascii() and any("\ud800" <= c <= "\udfff" for c in item):
                raise MalformedInput("not JSON: a lone surrogate is no character")
        elif isinstance(item, dict):
            waiting += item.keys()
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


EXACT, PLAIN = (
    json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant, **numbers)
    for numbers in ({"parse_int": Digits, "parse_float": Digits}, {"parse_float": _finite})
)


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Raises MalformedInput for a value that has none, such as a number beyond IEEE 754
    double.
    """
    if type(value) is str:
        return canonical_text(value)
    try:
        return bytes(rfc8785.dumps(value))
    except (rfc8785.CanonicalizationError, ValueError) as error:
        raise MalformedInput(f"no canonical form: {type(error).__name__}") from error


def canonical_text(text: str) -> bytes:
    """RFC 8785 §3.2.2.2 bytes of a string. Raises MalformedInput for a lone surrogate."""
    try:
        return encode_basestring(text).encode()
    except UnicodeEncodeError as error:
        raise MalformedInput("no canonical form: a lone surrogate is no character") from error
