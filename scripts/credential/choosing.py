"""The part of a JSON record that goes into a credential: chosen fields, with their digits as they were written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment import fields
from mydata_ledger.ledger.errors import InvalidStatement

RESERVED = frozenset({"_sd", "_sd_alg", "..."})


def chosen(content: bytes, pointers: Iterable[str]) -> Any:
    """The record with nothing but what lies at and below JSON Pointers; numbers are `Digits`.

    Of an array the chosen items stay in their order, closed up. Raises MalformedInput, InvalidStatement for a pointer
    to nothing and for names that SD-JWT keeps for itself (RFC 9901 §4.1).
    """
    whole = read(content, exact=True)
    names = fields.reaching(content, list(pointers))
    part = _part(whole, "", names)
    _check_names(part)
    return part


def _part(value: Any, pointer: str, wanted: set[str]) -> Any:
    if isinstance(value, dict) and value:
        below = {name: f"{pointer}/{fields.escaped(name)}" for name in value}
        return {name: _part(value[name], at, wanted) for name, at in below.items() if at in wanted}
    if isinstance(value, list) and value:
        places = [f"{pointer}/{index}" for index in range(len(value))]
        return [_part(item, at, wanted) for item, at in zip(value, places, strict=True) if at in wanted]
    return value


def _check_names(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if RESERVED & item.keys():
                raise InvalidStatement("the record has a member that SD-JWT keeps for itself; choose other fields")
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
