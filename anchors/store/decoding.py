"""Readers of the compact form, written out by program: one straight function for each kind of statement.

A look-up decodes two statements; read member by member through closures that took four times as long as the look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.typed_data.types import MEMBERS

Read = Callable[[bytes, int], tuple[Any, int]]
"""From the bytes and a place in them to the value there and the place behind it."""
ZERO = bytes(32)
EFFECTS = {effect.value.encode(): effect for effect in Effect}
TEXTS = frozenset({"string", "address"})


def more_of(body: bytes, at: int, number: int) -> tuple[int, int]:
    """A number of more than one byte whose first was `number`: seven bits a byte, lowest first."""
    number, shift, byte = number & 0x7F, 7, 0x80
    while byte > 0x7F:
        byte, at = body[at], at + 1
        number |= (byte & 0x7F) << shift
        shift += 7
    return number, at


def reader_of(kind: type, inner: Sequence[type] = ()) -> Read:
    """The function that reads a statement of this kind; `inner` are the structs it may hold."""
    lines = [f"def read_{kind.__name__}(body, at):"]
    for type_, _, name in MEMBERS[kind.__name__]:
        lines += ["    " + line for line in _member(type_, name, name if (kind, name) == (Grant, "effect") else "")]
    names = [name for _, _, name in MEMBERS[kind.__name__]]
    in_order = names == [field.name for field in fields(kind)]
    values = ", ".join(names if in_order else [f"{name}={name}" for name in names])
    lines.append(f"    return {kind.__name__}({values}), at")
    known: dict[str, Any] = {"ZERO": ZERO, "EFFECTS": EFFECTS, "more_of": more_of, kind.__name__: kind}
    known |= {f"read_{one.__name__}": reader_of(one) for one in inner}
    exec(compile("\n".join(lines), f"<reader of {kind.__name__}>", "exec"), known)  # noqa: S102 - written above, from our own types
    read: Read = known[f"read_{kind.__name__}"]
    return read


def _member(type_: str, name: str, effect: str = "") -> list[str]:
    """The lines that read one member into a variable of its name."""
    if type_.endswith("[]"):
        item = ["    " + line for line in _member(type_[:-2], "item")]
        loop = ["items = []", "for _ in range(count):", *item, "    items.append(item)"]
        return [*_number("count"), *loop, f"{name} = tuple(items)"]
    if type_ == "uint64":
        return _number(name)
    if type_ == "bool":
        return [f"{name} = body[at] != 0", "at += 1"]
    if type_ == "Grant":
        return [f"{name}, at = read_Grant(body, at)"]
    piece, nothing = "body[at:end]", "ZERO"
    if effect:
        piece = f"EFFECTS[{piece}]"
    elif type_ in TEXTS:
        piece, nothing = f"{piece}.decode()", "ZERO.decode()"
    return [*_number("size"), "if size:", "    end = at + size - 1", f"    {name} = {piece}", "    at = end",
            "else:", f"    {name} = {nothing}"]  # fmt: skip


def _number(name: str) -> list[str]:
    return [f"{name} = body[at]", "at += 1", f"if {name} > 127:", f"    {name}, at = more_of(body, at, {name})"]
