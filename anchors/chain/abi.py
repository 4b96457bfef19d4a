"""ABI encoding and decoding of the calls and events of our contracts, without a contract object of web3.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import Party, checksum, keccak


@dataclass(frozen=True, slots=True)
class Function:
    """A contract function: its name, argument types and result types."""

    name: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    def data(self, *arguments: Any) -> str:
        """Return the calldata as 0x-hex."""
        selector = keccak(f"{self.name}({','.join(self.inputs)})".encode())[:4]
        return "0x" + (selector + encode(self.inputs, arguments)).hex()

    def result(self, data: str) -> tuple[Any, ...]:
        """Decode the result of a call. Raises SourceUnavailable when it is not of the function's output types."""
        return unpack(self.outputs, data)


HEAD = Function("head", (), ("uint64", "bytes32"))
APPEND = Function("append", ("bytes32[]", "bytes32[]"))
ADVANCE = Function("advance", ("uint64", "bytes32", "bytes32[]"))
REVOKED_AT = Function("revokedAt", ("bytes32", "bytes32"), ("uint64",))
REVOKE_MANY = Function("revokeMany", ("(bytes32,bytes32)[]",))
IS_VALID_SIGNATURE = Function("isValidSignature", ("bytes32", "bytes"), ("bytes4",))
PARTY_TYPES = ("string", "bytes32[]", "bytes", "uint64", "uint64")


def topic(signature: str) -> str:
    """Return the first topic of an event as 0x-hex, from its signature like "Revoked(bytes32,bytes32)"."""
    return "0x" + keccak(signature.encode()).hex()


APPENDED = topic("Appended(uint64,bytes32,bytes32[])")
REVOKED = topic("Revoked(bytes32,bytes32)")
REGISTERED = topic(f"PartyRegistered(address,{','.join(PARTY_TYPES)})")
UPDATED = topic(f"PartyUpdated(address,{','.join(PARTY_TYPES)})")
REMOVED = topic("PartyRemoved(address)")


def unpack(types: tuple[str, ...], data: str) -> tuple[Any, ...]:
    """Decode ABI data. Raises SourceUnavailable when it is not of these types."""
    try:
        return decode(types, bytes.fromhex(data.removeprefix("0x")))
    except (DecodingError, ValueError, OverflowError) as error:
        raise SourceUnavailable("a contract returned other types than its interface has") from error


def mark_of(log: dict[str, Any]) -> RevocationMark:
    """Return the mark of a Revoked event."""
    entry, lock = (bytes.fromhex(topic[2:]) for topic in log["topics"][1:])
    return RevocationMark(entry, lock, int(log["blockNumber"], 16))


def party_of(log: dict[str, Any]) -> Party:
    """Return the party of a PartyRegistered or PartyUpdated event."""
    name, roles, key, valid_from, valid_until = unpack(PARTY_TYPES, log["data"])
    role_names = frozenset(role.rstrip(b"\0").decode("utf-8", "replace") for role in roles)
    return Party(account_of(log), name, role_names, key, valid_from, valid_until)


def account_of(log: dict[str, Any]) -> str:
    """Return the indexed account of a party event, as an EIP-55 address."""
    return checksum(bytes.fromhex(log["topics"][1][-40:]))
