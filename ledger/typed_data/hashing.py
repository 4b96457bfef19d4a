"""EIP-712 digests, with the type hashes worked out once: eth-account takes five times as long (performance.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ledger.party import keccak
from ledger.typed_data.types import DOMAIN, GRANT, MEMBERS, TYPES

Word = Callable[[Any], bytes]
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
    return keccak(b"".join([*parts, _address(contract)]))


def digest(statement: Any, domain: Domain) -> bytes:
    """The 32 bytes a wallet signs: keccak(0x1901 ‖ separator ‖ hashStruct(statement)), EIP-712."""
    return keccak(b"\x19\x01" + domain.separator + hash_struct(statement))


def hash_struct(statement: Any) -> bytes:
    """keccak(typeHash ‖ encodeData), EIP-712; `statement` is one of the kernel's statement dataclasses."""
    return HASHERS[type(statement).__name__](statement)


@lru_cache(maxsize=1_024)
def _text(text: str) -> bytes:
    """Categories, purposes, actions and requesters come again and again."""
    return keccak(text.encode())


@lru_cache(maxsize=1_024)
def _address(account: str) -> bytes:
    return bytes(12) + bytes.fromhex(account[2:])


def _hashes(statements: Sequence[Any]) -> bytes:
    return keccak(b"".join([hash_struct(one) for one in statements]))


def _texts(texts: Sequence[str]) -> bytes:
    return keccak(b"".join([_text(text) for text in texts]))


WORDS = {
    "string": "text({})",
    "bytes": "keccak({})",
    "bytes32": "{}",
    "address": "address({})",
    "uint64": "{}.to_bytes(32, 'big')",
    "bool": "int({}).to_bytes(32, 'big')",
    "string[]": "texts({})",
    "bytes32[]": "keccak(b''.join({}))",
    "Grant[]": "hashes({})",
}
"""How a member of each type becomes its 32-byte word."""


def _hasher(kind: str) -> Word:
    """HashStruct of one kind, written out by program: member by member through closures it takes twice as long."""
    words = [WORDS[type_].format(f"said.{name}") for type_, _, name in MEMBERS[kind]]
    known = {"text": _text, "texts": _texts, "address": _address, "hashes": _hashes, "keccak": keccak}
    hasher: Word = eval(f"lambda said: keccak(type_hash + {' + '.join(words)})", known | {"type_hash": TYPE_HASH[kind]})  # noqa: S307 - written above, from our own types
    return hasher


HASHERS = {kind: _hasher(kind) for kind in MEMBERS}
"""hashStruct of each struct."""
