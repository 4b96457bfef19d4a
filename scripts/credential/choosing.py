"""Selection of fields of a JSON record for a credential; numbers keep their original digits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mydata_ledger.ledger.canonical import read
from mydata_ledger.ledger.commitment import fields
from mydata_ledger.ledger.errors import InvalidStatement

RESERVED = frozenset({"_sd", "_sd_alg", "..."})


def chosen(content: bytes, pointers: Iterable[str]) -> Any:
    """The record reduced to the values at and below JSON Pointers; numbers are `Digits`.

    The chosen items of an array stay in order, without gaps. Raises MalformedInput; InvalidStatement for a pointer to
    nothing and for names reserved by SD-JWT (RFC 9901 §4.1).
    """
    whole = read(content, exact=True)
    names = fields.reaching(content, list(pointers))
    part = _part(whole, "", names)
    _check_names(part)
    return part


def _part(value: Any, pointer: str, wanted: set[str]) -> Any:
    if isinstance(value, dict) and value:
        below = {name: f"{pointer}/{fields.escaped(name)}" for name in value}
        return {name: _part(value[name], child, wanted) for name, child in below.items() if child in wanted}
    if isinstance(value, list) and value:
        pointers = [f"{pointer}/{index}" for index in range(len(value))]
        return [_part(item, child, wanted) for item, child in zip(value, pointers, strict=True) if child in wanted]
    return value


def _check_names(value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            if RESERVED & item.keys():
                raise InvalidStatement("the record has a member that SD-JWT reserves; choose other fields")
            pending += item.values()
        elif isinstance(item, list):
            pending += item
