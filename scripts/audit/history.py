"""History of the contracts on chain: every head of a log, accreditations and revocations with their times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mydata_ledger.anchors.chain import Block, EventLog, LogReader, Rpc, abi, results
from mydata_ledger.anchors.chain.events import PARTY_EVENTS, party_changes, revocations
from mydata_ledger.anchors.chain.rpc import Call
from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.party import Party

CALLS_AT_ONCE = 500
"""Most calls of one batch."""
ADVANCED = abi.topic("Advanced(uint64,bytes32)")
Eras = dict[str, list[tuple[int, Party | None]]]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that the contract took in a block; with its new leaf hashes if the transaction gave them."""

    head: Head
    block: int
    leaves: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RegisteredParty:
    """A party as the registry has it: instead of its encryption key the SHA-256 of that; times in UTC seconds."""

    name: str
    roles: frozenset[str]
    key_digest: bytes
    valid_from: int
    valid_until: int


class History:
    """Events and heads of contracts on one chain, from block `first` on. Methods raise SourceUnavailable.

    Events are read as the follower reads them: a node that withholds one is found out.
    """

    def __init__(self, rpc_url: str, first: int = 0) -> None:
        self._rpc, self._first = Rpc(rpc_url), first

    def chain_id(self) -> int:
        """The chain id."""
        return results.quantity(self._rpc.call("eth_chainId"))

    def anchors(self, contract: str) -> list[Anchor]:
        """Every head that the contract announced, in order."""
        return [_anchor(event) for event in self._events(contract, [abi.APPENDED, ADVANCED])]

    def head(self, contract: str) -> Head:
        """The head of the contract as of the block that this history ends at."""
        answer = self._rpc.call("eth_call", {"to": contract, "data": abi.HEAD.data()}, self._until_tag)
        if answer == "0x":
            raise SourceUnavailable(f"there is no contract at {contract}: another chain, or one that restarted empty")
        return Head(*abi.HEAD.result(answer))

    def require_current(self, consents: str) -> None:
        """Raise SourceUnavailable if the consents contract is of an earlier release, which marked entries."""
        call = {"to": consents, "data": abi.REVOKED_AT.data(bytes(32), bytes(32))}
        if self._rpc.call_or_revert("eth_call", call, self._until_tag) in {None, "0x"}:
            raise SourceUnavailable(
                f"the contract at {consents} is of an earlier release; audit its ledger with that release"
            )

    def parties(self, contract: str) -> Eras:
        """Accreditations of each account, each with the UTC second in which it began."""
        events = self._events(contract, PARTY_EVENTS)
        times, eras = self._times(events), defaultdict(list)
        for event in events:
            for account, party in party_changes([event]).items():
                eras[account].append((times[event.block], party))
        return dict(eras)

    def revoked(self, contract: str) -> dict[bytes, int]:
        """The UTC second of each mark of revocation, by lock, or by digest where a signature did it."""
        events = self._events(contract, abi.REVOCATION_EVENTS)
        times = self._times(events)
        return {mark.key: times[mark.block] for mark in revocations(events)}

    def marks(self, contract: str) -> list[RevocationMark]:
        """Every mark of revocation that the contract announced."""
        return revocations(self._events(contract, abi.REVOCATION_EVENTS))

    def revoked_at(self, contract: str, keys: Sequence[tuple[bytes, bytes]], block: int | None = None) -> list[int]:
        """What `revokedAt(entry or digest, lock)` answers for each pair, at `block` or where this history ends."""
        data = [abi.REVOKED_AT.data(*key) for key in keys]
        return [abi.REVOKED_AT.result(answer)[0] for answer in self._calls(contract, data, block)]

    def accounts(self, registry: str) -> set[str]:
        """Every account that was ever registered."""
        return set(party_changes(self._events(registry, PARTY_EVENTS)))

    def registered(self, registry: str, accounts: Sequence[str], block: int) -> list[RegisteredParty | None]:
        """Each account as the registry has it at a block; None if it is not registered."""
        answers = self._calls(registry, [abi.PARTY.data(account) for account in accounts], block)
        return [_registered(*abi.PARTY.result(answer)[0]) for answer in answers]

    def has_code(self, account: str) -> bool:
        """True if the account is a contract."""
        return len(results.octets(self._rpc.call("eth_getCode", account, self._until_tag))) > 0

    @property
    def block(self) -> int:
        """The number of the block at which this history ends."""
        return self._until.number

    def _calls(self, contract: str, data: Sequence[str], block: int | None) -> list[Any]:
        tag = self._until_tag if block is None else hex(block)
        calls: list[Call] = [("eth_call", [{"to": contract, "data": each}, tag]) for each in data]
        batches = (calls[start : start + CALLS_AT_ONCE] for start in range(0, len(calls), CALLS_AT_ONCE))
        answers = [answer for batch in batches for answer in self._rpc.batch(batch)]
        if "0x" in answers:
            raise SourceUnavailable(f"there is no contract at {contract}: another chain, or one that restarted empty")
        return answers

    def _times(self, events: Iterable[EventLog]) -> dict[int, int]:
        numbers = sorted({event.block for event in events})
        blocks = self._rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        return {number: results.block(block).time for number, block in zip(numbers, blocks, strict=True)}

    @cached_property
    def _until(self) -> Block:
        """The block at which this history ends: one for all calls, so that events and head are consistent."""
        return results.block(self._rpc.call("eth_getBlockByNumber", "latest", False))

    @property
    def _until_tag(self) -> dict[str, str]:
        return {"blockHash": "0x" + self._until.hash.hex()}

    def _events(self, contract: str, kinds: Sequence[str]) -> list[EventLog]:
        return LogReader(self._rpc, {contract: kinds}).read(self._first, self._until, {}).logs


def _registered(
    name: bytes, roles: Sequence[bytes], key_digest: bytes, valid_from: int, valid_until: int
) -> RegisteredParty | None:
    party = RegisteredParty(abi.text(name), frozenset(map(abi.text, roles)), key_digest, valid_from, valid_until)
    return party if valid_until else None


def _anchor(event: EventLog) -> Anchor:
    types = ("bytes32",) if event.topics[0] == bytes.fromhex(ADVANCED[2:]) else ("bytes32", "bytes32[]")
    root, *leaves = abi.unpack(types, event.data)
    head = Head(int.from_bytes(event.indexed(1)), root)
    return Anchor(head, event.block, tuple(leaves[0]) if leaves else ())
