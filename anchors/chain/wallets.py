"""Signatures of contract wallets, checked on chain by ERC-1271."""

from __future__ import annotations

from mydata_ledger.anchors.chain.abi import IS_VALID_SIGNATURE
from mydata_ledger.anchors.chain.results import octets
from mydata_ledger.anchors.chain.rpc import Rpc
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.party import checksum

MAGIC_VALUE = bytes.fromhex("1626ba7e" + "00" * 28)
"""The result of isValidSignature for a valid signature (ERC-1271): its own selector, padded to 32 bytes."""
ERC6492_SUFFIX = bytes.fromhex("6492" * 16)
"""The last 32 bytes of an ERC-6492 signature, which was made before its wallet was deployed."""


class ChainWallets:
    """Implements the port `ContractWallets` over the JSON-RPC server of a chain."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def agrees(self, wallet: bytes, digest: bytes, signature: bytes) -> bool:
        """Return True if the wallet accepts the signature of the digest.

        Raises SignatureInvalid for an ERC-6492 signature of a wallet that is not deployed yet, SourceUnavailable.
        """
        account = checksum(wallet)
        code = self._rpc.call("eth_getCode", account, "latest")
        if code == "0x0" or not octets(code):
            if signature.endswith(ERC6492_SUFFIX):
                raise SignatureInvalid("this contract wallet is not on chain yet: deploy it, then submit this again")
            return False
        call = {"to": account, "data": IS_VALID_SIGNATURE.data(digest, _inner(signature))}
        result = self._rpc.call_or_revert("eth_call", call, "latest")
        return result is not None and octets(result) == MAGIC_VALUE


def _inner(signature: bytes) -> bytes:
    """Return the signature inside an ERC-6492 wrapper, abi.encode(factory, call, signature); empty if malformed."""
    if not signature.endswith(ERC6492_SUFFIX):
        return signature
    body = signature[: -len(ERC6492_SUFFIX)]
    start = int.from_bytes(body[64:96], "big")
    length = int.from_bytes(body[start : start + 32], "big")
    inner = body[start + 32 : start + 32 + length]
    return inner if len(inner) == length else b""
