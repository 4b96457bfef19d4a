"""EIP-712 digests, with the type hashes worked out once: eth-account takes five times as long (performance.md §3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ledger.party import keccak
from ledger.typed_data.types import DOMAIN, GRANT, MEMBERS, TYPES

NAME, VERSION = "MyData Ledger", "1"
TYPE_HASH = {kind: keccak((text + (GRANT if "Grant[]" in text else "")).encode()) for kind, text in TYPES.items()}


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a statement is valid: one chain, one registry contract (EIP-55 address)."""

    chain_id: int
    contract: str

    @property
    def separator(self) -> bytes:
        """hashStruct(EIP712Domain), 32 bytes."""
        return _separator(self.chain_id, self.contract)

    def describe(self) -> dict[str, Any]:
        """The domain as a wallet takes it."""
        return {"name": NAME, "version": VERSION, "chainId": self.chain_id, "verifyingContract": self.contract}


@lru_cache(maxsize=64)
def _separator(chain_id: int, contract: str) -> bytes:
    parts = [keccak(DOMAIN.encode()), keccak(NAME.encode()), keccak(VERSION.encode()), chain_id.to_bytes(32, "big")]
    return keccak(b"".join([*parts, _word("address", contract)]))


def digest(statement: Any, domain: Domain) -> bytes:
    """The 32 bytes a wallet signs: keccak(0x1901 ‖ separator ‖ hashStruct(statement)), EIP-712."""
    return keccak(b"\x19\x01" + domain.separator + hash_struct(statement))


def hash_struct(statement: Any) -> bytes:
    """keccak(typeHash ‖ encodeData), EIP-712; `statement` is one of the kernel's statement dataclasses."""
    kind = type(statement).__name__
    words = [_word(type_, getattr(statement, field)) for type_, _, field in MEMBERS[kind]]
    return keccak(TYPE_HASH[kind] + b"".join(words))


def _word(type_: str, value: Any) -> bytes:
    encode = WORDS.get(type_)
    if encode:
        return encode(value)
    return keccak(b"".join([_word(type_[:-2], item) for item in value])) if type_[-1] == "]" else hash_struct(value)


WORDS: dict[str, Callable[[Any], bytes]] = {
    "string": lambda text: keccak(text.encode()),
    "bytes": keccak,
    "bytes32": bytes,
    "address": lambda account: bytes(12) + bytes.fromhex(account[2:]),
    "uint64": lambda number: int(number).to_bytes(32, "big"),
    "bool": lambda flag: int(flag).to_bytes(32, "big"),
}
"""One 32-byte word for each EIP-712 type that is no list and no struct."""
