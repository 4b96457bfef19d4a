"""Statements to and from the JSON that a wallet shows and returns; missing, extra or malformed members are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any, TypeVar

from mydata_ledger.ledger.consent import Effect, Grant
from mydata_ledger.ledger.errors import MalformedInput
from mydata_ledger.ledger.party import checksum
from mydata_ledger.ledger.typed_data import numbers
from mydata_ledger.ledger.typed_data.hashing import Domain
from mydata_ledger.ledger.typed_data.types import DOMAIN, MEMBERS, TYPES
from mydata_ledger.ledger.written_text import is_written_text

PLAIN = frozenset({str, bool})
T = TypeVar("T")
MAX_TEXT, MAX_ITEMS, MAX_BYTES, UINT64 = 2_000, 256, 4_096, 2**64


def typed_data(statement: Any, domain: Domain) -> dict[str, Any]:
    """The complete argument of `eth_signTypedData_v4`."""
    kind = type(statement).__name__
    kinds = [kind, "Grant"] if "Grant[]" in TYPES[kind] else [kind]
    types = {k: [{"name": name, "type": type_} for type_, name, _ in MEMBERS[k]] for k in kinds}
    members = [member.split(" ") for member in DOMAIN.partition("(")[2].rstrip(")").split(",")]
    types["EIP712Domain"] = [{"name": name, "type": type_} for type_, name in members]
    return {"types": types, "primaryType": kind, "domain": domain.describe(), "message": message(statement)}


def message(statement: Any) -> dict[str, Any]:
    """The statement as JSON with the member names of the wallet: bytes as 0x-hex, numbers beyond 2^53 - 1 as text."""
    return {name: _shown(getattr(statement, field)) for _, name, field in MEMBERS[type(statement).__name__]}


def _shown(value: Any) -> Any:
    kind = type(value)
    if kind is bytes:
        return "0x" + value.hex()
    if kind is tuple:
        return [_shown(item) for item in value]
    if kind in PLAIN:
        return value
    if isinstance(value, int):
        return numbers.shown(value)
    return message(value) if is_dataclass(value) else str(value)


def parse(kind: type[T], data: Mapping[str, Any]) -> T:
    """The statement of class `kind` from its message. Raises MalformedInput for a missing, extra or bad member."""
    members = MEMBERS[kind.__name__]
    if not isinstance(data, Mapping) or set(data) != {name for _, name, _ in members}:
        expected = ", ".join(name for _, name, _ in members)
        raise MalformedInput(f"a {kind.__name__} has exactly these members: {expected}")
    values = {field: _read(type_, data[name], name) for type_, name, field in members}
    if kind is Grant:
        values["effect"] = _effect(values["effect"])
    return kind(**values)


@lru_cache(maxsize=1_024)
def _shared_grant(grant: Grant) -> Grant:
    """One object for all equal grants, so that they are stored and compared once."""
    return grant


def read_domain(data: Mapping[str, Any] | None) -> Domain | None:
    """The domain that a wallet claims to have signed for; None if it claims none. Raises MalformedInput."""
    if data is None:
        return None
    contract = checksum(read_hex(data.get("verifyingContract"), "verifyingContract", 20))
    return Domain(_number(data.get("chainId"), "chainId"), contract)


def _effect(text: str) -> Effect:
    if text not in set(Effect):
        raise MalformedInput("`effect` is `permit` or `forbid`")
    return Effect(text)


def _read(type_: str, value: Any, name: str) -> Any:
    if type_.endswith("[]"):
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise MalformedInput(f"`{name}` is a list of at most {MAX_ITEMS}")
        return tuple(_read(type_[:-2], item, name) for item in value)
    if type_ == "Grant":
        return _shared_grant(parse(Grant, value))
    return SCALARS[type_](value, name)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or not is_written_text(value):
        raise MalformedInput(f"`{name}` is printable text of at most {MAX_TEXT} characters")
    return value


def _number(value: Any, name: str) -> int:
    number = numbers.from_text(value)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < UINT64:
        raise MalformedInput(f"`{name}` is a whole number from 0 to 2^64 - 1, beyond 2^53 - 1 as a decimal string")
    return number


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise MalformedInput(f"`{name}` is true or false")
    return value


def read_hex(value: Any, name: str, size: int | None = None) -> bytes:
    """Bytes from 0x-hex of exactly `size` bytes, or of at most 4,096. Raises MalformedInput."""
    if isinstance(value, str) and value[:2] == "0x" and len(value) <= 2 + 2 * MAX_BYTES:
        try:
            raw = bytes.fromhex(value[2:])
        except ValueError:
            raw = b""
        if 2 + 2 * len(raw) == len(value) and size in {None, len(raw)}:  # `fromhex` skips white space
            return raw
    raise MalformedInput(f"`{name}` is 0x-hex of {f'exactly {size}' if size else f'at most {MAX_BYTES}'} bytes")


SCALARS: dict[str, Callable[[Any, str], Any]] = {
    "string": _text,
    "uint64": _number,
    "bool": _flag,
    "bytes": read_hex,
    "bytes32": lambda value, name: read_hex(value, name, 32),
    "address": lambda value, name: checksum(read_hex(value, name, 20)),
}
