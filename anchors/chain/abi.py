"""The few calls and events of our contracts, encoded and decoded without a contract object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import Party, checksum, keccak


@dataclass(frozen=True, slots=True)
class Function:
    """A contract function: its name, argument types and result types."""

    name: str
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()

    def data(self, *arguments: Any) -> str:
        """Calldata as 0x-hex."""
        selector = keccak(f"{self.name}({','.join(self.takes)})".encode())[:4]
        return "0x" + (selector + encode(self.takes, arguments)).hex()

    def result(self, data: str) -> tuple[Any, ...]:
        """What the call gave. Raises SourceUnavailable when it is not that."""
        return unpack(self.gives, data)


HEAD = Function("head", (), ("uint64", "bytes32"))
APPEND = Function("append", ("bytes32[]", "bytes32[]"))
ADVANCE = Function("advance", ("uint64", "bytes32", "bytes32[]"))
REVOKED_AT = Function("revokedAt", ("bytes32",), ("uint64",))
REVOKE_MANY = Function("revokeMany", ("(bytes32,bytes32)[]",))
IS_VALID_SIGNATURE = Function("isValidSignature", ("bytes32", "bytes"), ("bytes4",))
PARTY_TYPES = ("string", "bytes32[]", "bytes", "uint64", "uint64")


def topic(signature: str) -> str:
    """The first topic of an event, as 0x-hex."""
    return "0x" + keccak(signature.encode()).hex()


APPENDED = topic("Appended(uint64,bytes32,bytes32[])")
REVOKED = topic("Revoked(bytes32)")
REGISTERED = topic(f"PartyRegistered(address,{','.join(PARTY_TYPES)})")
UPDATED = topic(f"PartyUpdated(address,{','.join(PARTY_TYPES)})")
REMOVED = topic("PartyRemoved(address)")


def unpack(types: tuple[str, ...], data: str) -> tuple[Any, ...]:
    """Decode ABI data. Raises SourceUnavailable when it is not of these types."""
    try:
        return decode(types, bytes.fromhex(data.removeprefix("0x")))
    except (DecodingError, ValueError, OverflowError) as error:
        raise SourceUnavailable("a contract answered something else than its interface says") from error


def party_of(log: dict[str, Any]) -> Party:
    """The party of a PartyRegistered or PartyUpdated event."""
    name, roles, key, valid_from, valid_until = unpack(PARTY_TYPES, log["data"])
    words = frozenset(role.rstrip(b"\0").decode("utf-8", "replace") for role in roles)
    return Party(account_of(log), name, words, key, valid_from, valid_until)


def account_of(log: dict[str, Any]) -> str:
    """The indexed account of a party event."""
    return checksum(bytes.fromhex(log["topics"][1][-40:]))
