"""Signs and sends transactions: nonces, gas and fees. Several are sent at once, and all are waited for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_account import Account

from mydata_ledger.anchors.chain.results import member, octets, quantity
from mydata_ledger.anchors.chain.rpc import Call, Rpc
from mydata_ledger.ledger.errors import SourceUnavailable

GAS_CAP = 16_777_216
"""Most gas that one transaction may use, by EIP-7825."""
TIP = 10**9
POLL_SECONDS = 0.1
DROPPED_SECONDS = 2
"""How long every answer must say that a transaction is unknown before it counts as dropped: nodes lag."""


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction that was mined and did not revert: its hash as 0x-hex, its block, the gas it used."""

    hash: str
    block: int
    gas: int


class Sender:
    """The account that sends transactions. One process at a time may use it; others see `has_pending` and wait."""

    def __init__(self, rpc: Rpc, key: bytes, chain_id: int, confirm_seconds: float = 60) -> None:
        self._rpc, self._account = rpc, Account.from_key(key)
        self._chain_id, self._confirm_seconds = chain_id, confirm_seconds
        self.address: str = self._account.address

    def has_pending(self) -> bool:
        """Return True if a transaction of this account still waits to be mined, also one of a process that ended."""
        latest, pending = self._nonces()
        return pending > latest

    def send(self, calls: Sequence[tuple[str, str]], urgency: int = 1) -> list[Mined]:
        """Send every (contract, calldata) at once, and wait until all are mined, in that order.

        `urgency` multiplies the fee; above 1 it also replaces the transactions that already wait. Raises the error that
        a revert stands for, and SourceUnavailable when a transaction is not mined in time, or no node knows it.
        """
        latest, pending = self._nonces()
        nonce = latest if urgency > 1 else pending
        fields = self._fees(urgency)
        estimates = self._rpc.batch([("eth_estimateGas", [self._call(to, data), "latest"]) for to, data in calls])
        signed = []
        for offset, ((to, data), estimate) in enumerate(zip(calls, estimates, strict=True)):
            gas = min(quantity(estimate) * 5 // 4, GAS_CAP)
            signed.append(self._sign({**fields, "to": to, "data": data, "gas": gas, "nonce": nonce + offset}))
        hashes = [octets(sent, 32) for sent in self._rpc.batch([("eth_sendRawTransaction", [raw]) for raw in signed])]
        sent = zip(hashes, calls, strict=True)
        return [self._wait("0x" + tx_hash.hex(), call, number) for number, (tx_hash, call) in enumerate(sent, nonce)]

    def _nonces(self) -> tuple[int, int]:
        calls: list[Call] = [("eth_getTransactionCount", [self.address, tag]) for tag in ("latest", "pending")]
        latest, pending = self._rpc.batch(calls)
        return quantity(latest), quantity(pending)

    def _fees(self, urgency: int) -> dict[str, Any]:
        price = quantity(self._rpc.call("eth_gasPrice"))
        tip = TIP * urgency
        fee = (2 * price + TIP) * urgency
        return {"chainId": self._chain_id, "value": 0, "maxFeePerGas": fee, "maxPriorityFeePerGas": tip}

    def _sign(self, transaction: dict[str, Any]) -> str:
        return "0x" + bytes(self._account.sign_transaction(transaction).raw_transaction).hex()

    def _call(self, to: str, data: str) -> dict[str, str]:
        return {"from": self.address, "to": to, "data": data}

    def _wait(self, tx_hash: str, call: tuple[str, str], nonce: int) -> Mined:
        now = time.monotonic()
        deadline, known_at = now + self._confirm_seconds, now
        while (now := time.monotonic()) < deadline:
            methods = ("eth_getTransactionReceipt", "eth_getTransactionByHash")
            receipt, transaction = self._rpc.batch([(method, [tx_hash]) for method in methods])
            if receipt is not None:
                return self._mined(tx_hash, receipt, call)
            if transaction is not None or self._is_pending(nonce):
                known_at = now
            if now - known_at > DROPPED_SECONDS:
                raise SourceUnavailable("a transaction was dropped; the next attempt looks at the chain again")
            time.sleep(POLL_SECONDS)
        raise SourceUnavailable(f"a transaction was not mined within {self._confirm_seconds:.0f} seconds")

    def _is_pending(self, nonce: int) -> bool:
        latest, pending = self._nonces()
        return latest <= nonce < pending

    def _mined(self, tx_hash: str, receipt: object, call: tuple[str, str]) -> Mined:
        block = quantity(member(receipt, "blockNumber"))
        if quantity(member(receipt, "status")) != 1:
            self._rpc.call("eth_call", self._call(*call), hex(block - 1))
            raise SourceUnavailable("a transaction took no effect; the next attempt looks at the chain again")
        return Mined(tx_hash, block, quantity(member(receipt, "gasUsed")))
