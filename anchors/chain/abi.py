"""ABI encoding and decoding of the calls and events of our contracts, without a contract object of web3.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from mydata_ledger.anchors.chain import results
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.party import keccak


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

    def result(self, data: object) -> tuple[Any, ...]:
        """Decode the result of a call. Raises SourceUnavailable when it is not of the function's output types."""
        return unpack(self.outputs, results.octets(data))


HEAD = Function("head", (), ("uint64", "bytes32"))
APPEND = Function("append", ("bytes32[]", "bytes32[]"))
ADVANCE = Function("advance", ("uint64", "bytes32", "bytes32[]"))
REVOKED_AT = Function("revokedAt", ("bytes32", "bytes32"), ("uint64",))
REVOKE_MANY = Function("revokeMany", ("(bytes32,bytes32)[]",))
IS_VALID_SIGNATURE = Function("isValidSignature", ("bytes32", "bytes"), ("bytes4",))
PARTY = Function("party", ("address",), ("(bytes,bytes32[],bytes32,uint64,uint64)",))
PARTY_TYPES = ("string", "bytes32[]", "bytes", "uint64", "uint64")
RAW_PARTY_TYPES = ("bytes", *PARTY_TYPES[1:])
"""As PARTY_TYPES, with the bytes of the name: the contract does not check that they are UTF-8."""


def topic(signature: str) -> str:
    """Return the first topic of an event as 0x-hex, from its signature like "Revoked(bytes32,bytes32)"."""
    return "0x" + keccak(signature.encode()).hex()


APPENDED = topic("Appended(uint64,bytes32,bytes32[])")
REVOKED = topic("Revoked(bytes32,bytes32)")
REVOKED_BY_SIGNATURE = topic("RevokedBySignature(bytes32,bytes32,bytes32)")
REVOCATION_EVENTS = (REVOKED, REVOKED_BY_SIGNATURE)
REGISTERED = topic(f"PartyRegistered(address,{','.join(PARTY_TYPES)})")
UPDATED = topic(f"PartyUpdated(address,{','.join(PARTY_TYPES)})")
REMOVED = topic("PartyRemoved(address)")


def text(raw: bytes) -> str:
    """Return text of a contract, which may be padded with zeros; bytes that are not UTF-8 are replaced."""
    return raw.rstrip(b"\0").decode("utf-8", "replace")


def unpack(types: tuple[str, ...], data: bytes) -> tuple[Any, ...]:
    """Decode ABI data. Raises SourceUnavailable when it is not of these types."""
    try:
        return decode(types, data)
    except (DecodingError, ValueError, OverflowError) as error:
        raise SourceUnavailable("a contract returned other types than its interface has") from error
