"""What the contracts say, over bare JSON-RPC."""

from __future__ import annotations

from typing import Any

import httpx
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from ledger.errors import SourceUnavailable
from ledger.party import keccak

TIMEOUT = 10


class OnChain:
    """Views of the registries. Raises SourceUnavailable for whatever does not answer as a chain with them would."""

    def __init__(self, rpc_url: str) -> None:
        self._url = rpc_url
        self._http = httpx.Client(timeout=TIMEOUT)

    def chain_id(self) -> int:
        """Which chain this is."""
        return int(self._rpc("eth_chainId", []), 16)

    def has_code(self, contract: str) -> bool:
        """Whether a contract stands there."""
        return len(self._rpc("eth_getCode", [contract, "latest"])) > 2

    def now(self) -> int:
        """The newest block's time, UTC seconds."""
        return int(self._rpc("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)

    def checkpoint_size(self, contract: str, root: bytes) -> int:
        """The size of the checkpoint with that root; 0 when the contract never had it."""
        return int(self._view(contract, "checkpointOf(bytes32)", ["bytes32"], [root], ["uint64", "uint64"])[0])

    def revoked_at(self, contract: str, entry: bytes) -> int:
        """The second of the block in which the consent was revoked; 0 when it was not."""
        return int(self._view(contract, "revokedAt(bytes32)", ["bytes32"], [entry], ["uint64"])[0])

    def withdrawn_at(self, contract: str, entry: bytes) -> int:
        """The second of the block in which the holder withdrew the record; 0 when not."""
        return int(self._view(contract, "withdrawnAt(bytes32)", ["bytes32"], [entry], ["uint64"])[0])

    def is_accredited(self, parties: str, account: str, role: str, at: int) -> bool:
        """Whether PartyRegistry gives the account that role at that second."""
        word = role.encode().ljust(32, b"\0")
        types = ["address", "bytes32", "uint64"]
        return bool(
            self._view(parties, "isAccredited(address,bytes32,uint64)", types, [account, word, at], ["bool"])[0]
        )

    def _view(
        self, contract: str, name: str, types: list[str], values: list[Any], returns: list[str]
    ) -> tuple[Any, ...]:
        data = "0x" + (keccak(name.encode())[:4] + encode(types, values)).hex()
        raw = bytes.fromhex(self._rpc("eth_call", [{"to": contract, "data": data}, "latest"])[2:])
        try:
            return tuple(decode(returns, raw))
        except DecodingError as error:
            raise SourceUnavailable(f"the contract at {contract} does not answer as a registry does") from error

    def _rpc(self, method: str, params: list[Any]) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            answer = self._http.post(self._url, json=body).json()
            return answer["result"]
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            raise SourceUnavailable("the chain does not answer; check --rpc") from error
