"""Signatures of contract wallets, checked on chain by ERC-1271; of those that are not deployed yet, by ERC-6492."""

from __future__ import annotations

from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from mydata_ledger.anchors.chain.abi import IS_VALID_SIGNATURE
from mydata_ledger.anchors.chain.deployless import call_after
from mydata_ledger.anchors.chain.results import octets
from mydata_ledger.anchors.chain.rpc import Rpc
from mydata_ledger.ledger.party import checksum

MAGIC_VALUE = bytes.fromhex("1626ba7e" + "00" * 28)
"""The result of isValidSignature for a valid signature (ERC-1271): its own selector, padded to 32 bytes."""
MAX_WRAPPED = 32_768
"""Most bytes of an ERC-6492 signature: the simulation has two-byte offsets."""
ERC6492_SUFFIX = bytes.fromhex("6492" * 16)
"""The last 32 bytes of an ERC-6492 signature, which was made before its wallet was deployed."""
WRAPPER = ("address", "bytes", "bytes")
"""What stands before the suffix: factory, its calldata, and the signature."""
GAS = hex(10_000_000)
"""The most gas that a stranger's factory may use in our node."""


class ChainWallets:
    """Implements the port `ContractWallets` over the JSON-RPC server of a chain."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def agrees(self, wallet: bytes, digest: bytes, signature: bytes) -> bool:
        """Return True if the wallet accepts the signature of the digest; if need be, once its factory was called.

        Nothing is sent: the factory of an ERC-6492 signature is called in a simulation. Raises SourceUnavailable.
        """
        account, is_wrapped = checksum(wallet), signature.endswith(ERC6492_SUFFIX)
        query = IS_VALID_SIGNATURE.data(digest, _inner(signature) if is_wrapped else signature)
        code = self._rpc.call("eth_getCode", account, "latest")
        is_deployed = code != "0x0" and octets(code) != b""
        if is_deployed and self._is_accepted({"to": account, "data": query}):
            return True
        if not is_wrapped or (preparation := _preparation(signature)) is None:
            return False
        simulation = call_after(*preparation, wallet, bytes.fromhex(query[2:]))
        return self._is_accepted({"data": "0x" + simulation.hex(), "gas": GAS})

    def _is_accepted(self, call: dict[str, Any]) -> bool:
        result = self._rpc.call_or_revert("eth_call", call, "latest")
        return result is not None and octets(result) == MAGIC_VALUE


def _preparation(signature: bytes) -> tuple[bytes, bytes] | None:
    """The factory (20 bytes) and its calldata from an ERC-6492 signature; None if that is malformed."""
    if len(signature) > MAX_WRAPPED:
        return None
    try:
        factory, calldata, _ = decode(WRAPPER, signature[: -len(ERC6492_SUFFIX)])
    except (DecodingError, OverflowError):
        return None
    return bytes.fromhex(factory[2:]), calldata


def _inner(signature: bytes) -> bytes:
    """Return the signature inside an ERC-6492 wrapper, read as the contract reads it; empty if malformed."""
    body = signature[: -len(ERC6492_SUFFIX)]
    start = int.from_bytes(body[64:96], "big")
    length = int.from_bytes(body[start : start + 32], "big")
    inner = body[start + 32 : start + 32 + length]
    return inner if len(inner) == length else b""
