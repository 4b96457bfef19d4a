"""Contract wallets, asked on chain whether they signed."""

from __future__ import annotations

from mydata_ledger.anchors.chain.abi import IS_VALID_SIGNATURE
from mydata_ledger.anchors.chain.rpc import Rpc
from mydata_ledger.ledger.errors import SignatureInvalid
from mydata_ledger.ledger.party import checksum

AGREES = "0x1626ba7e" + "00" * 28
"""What ERC-1271 answers for yes: the selector of isValidSignature, in a word."""
WRAPPED = bytes.fromhex("6492" * 16)
"""What a signature of ERC-6492 ends in, made before its wallet stood."""


class ChainWallets:
    """`ledger.ports.ContractWallets` over a chain's JSON-RPC server."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def agrees(self, wallet: bytes, digest: bytes, signature: bytes) -> bool:
        """As the port says. Raises SignatureInvalid for a wallet of ERC-6492 that does not stand yet."""
        account = checksum(wallet)
        if self._rpc.call("eth_getCode", account, "latest") in {"0x", "0x0"}:
            if signature.endswith(WRAPPED):
                raise SignatureInvalid("this contract wallet is not on chain yet: deploy it, then hand this in again")
            return False
        call = {"to": account, "data": IS_VALID_SIGNATURE.data(digest, _inner(signature))}
        said: object = self._rpc.call_or_revert("eth_call", call, "latest")
        return said == AGREES


def _inner(signature: bytes) -> bytes:
    """The signature inside an ERC-6492 wrapper, abi.encode(factory, call, signature); nothing when misshapen."""
    if not signature.endswith(WRAPPED):
        return signature
    body = signature[: -len(WRAPPED)]
    start = int.from_bytes(body[64:96], "big")
    length = int.from_bytes(body[start : start + 32], "big")
    inner = body[start + 32 : start + 32 + length]
    return inner if len(inner) == length else b""
