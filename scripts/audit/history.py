"""History of the contracts on chain: every head of a log, accreditations and revocations with their times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mydata_ledger.anchors.chain import Rpc, abi
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.party import Party

ADVANCED = abi.topic("Advanced(uint64,bytes32)")
BLOCKS_AT_ONCE = 10_000
Eras = dict[str, list[tuple[int, Party | None]]]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that the contract took in a block; with its new leaf hashes if the transaction gave them."""

    head: Head
    block: int
    leaves: tuple[bytes, ...]


class History:
    """Events and heads of contracts on one chain, from block `first` on. Methods raise SourceUnavailable."""

    def __init__(self, rpc_url: str, first: int = 0) -> None:
        self._rpc, self._first = Rpc(rpc_url), first
        self._last: int | None = None

    def chain_id(self) -> int:
        """The chain id."""
        return int(self._rpc.call("eth_chainId"), 16)

    def anchors(self, contract: str) -> list[Anchor]:
        """Every head that the contract announced, in order."""
        return [_anchor(raw) for raw in self._events(contract, [abi.APPENDED, ADVANCED])]

    def head(self, contract: str) -> Head:
        """The head of the contract as of the block that this history ends at."""
        answer = self._rpc.call("eth_call", {"to": contract, "data": abi.HEAD.data()}, hex(self._until()))
        if answer == "0x":
            raise SourceUnavailable(f"there is no contract at {contract}: another chain, or one that restarted empty")
        return Head(*abi.HEAD.result(answer))

    def require_current(self, consents: str) -> None:
        """Raise SourceUnavailable if the consents contract is of an earlier release, which marked entries."""
        call = {"to": consents, "data": abi.REVOKED_AT.data(bytes(32), bytes(32))}
        if self._rpc.call_or_revert("eth_call", call, hex(self._until())) in {None, "0x"}:
            raise SourceUnavailable(
                f"the contract at {consents} is of an earlier release; audit its ledger with that release"
            )

    def parties(self, contract: str) -> Eras:
        """Accreditations of each account, each with the UTC second in which it began."""
        events = list(self._events(contract, [abi.REGISTERED, abi.UPDATED, abi.REMOVED]))
        times, eras = self._times(events), defaultdict(list)
        for raw in events:
            party = None if raw["topics"][0] == abi.REMOVED else abi.party_of(raw)
            eras[abi.account_of(raw)].append((times[raw["blockNumber"]], party))
        return dict(eras)

    def revoked(self, contract: str) -> dict[bytes, int]:
        """The UTC second of each mark of revocation, by lock, or by entry where the mark names no lock."""
        events = list(self._events(contract, [abi.REVOKED]))
        times = self._times(events)
        return {abi.mark_of(raw).key: times[raw["blockNumber"]] for raw in events}

    def has_code(self, account: str) -> bool:
        """True if the account is a contract."""
        return len(self._rpc.call("eth_getCode", account, hex(self._until()))) > 2

    def _times(self, events: Iterable[dict[str, Any]]) -> dict[str, int]:
        numbers = sorted({raw["blockNumber"] for raw in events})
        blocks = self._rpc.batch([("eth_getBlockByNumber", [number, False]) for number in numbers])
        return {number: int(block["timestamp"], 16) for number, block in zip(numbers, blocks, strict=True) if block}

    def _until(self) -> int:
        """The block at which this history ends: one for all calls, so that events and head are consistent."""
        if self._last is None:
            self._last = int(self._rpc.call("eth_blockNumber"), 16)
        return self._last

    def _events(self, contract: str, kinds: Sequence[str]) -> Iterable[dict[str, Any]]:
        last = self._until()
        for start in range(self._first, last + 1, BLOCKS_AT_ONCE):
            end = min(last, start + BLOCKS_AT_ONCE - 1)
            log_filter = {"address": contract, "topics": [list(kinds)], "fromBlock": hex(start), "toBlock": hex(end)}
            yield from self._rpc.call("eth_getLogs", log_filter)


def _anchor(raw: dict[str, Any]) -> Anchor:
    types = ("bytes32",) if raw["topics"][0] == ADVANCED else ("bytes32", "bytes32[]")
    root, *leaves = abi.unpack(types, raw["data"])
    head = Head(int(raw["topics"][1], 16), root)
    return Anchor(head, int(raw["blockNumber"], 16), tuple(leaves[0]) if leaves else ())
