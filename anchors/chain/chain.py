"""`Chain`: reads and writes the contracts of one deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.anchors.chain import abi, results
from mydata_ledger.anchors.chain.events import PARTY_EVENTS, EventReader, party_changes, revocations
from mydata_ledger.anchors.chain.logs import LogReader, Wanted
from mydata_ledger.anchors.chain.results import Block, EventLog
from mydata_ledger.anchors.chain.rpc import Call, Rpc
from mydata_ledger.anchors.chain.sender import Mined, Sender
from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.errors import NotEntitled, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS

Depth = int | Literal["finalized"]
NO_ENTRY = bytes(32)
ContractCall = tuple[str, str]
"""The address of a contract, and calldata as 0x-hex."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Leaf hashes that were appended to a log on chain in one block, and the head after them."""

    log: str
    head: Head
    leaves: tuple[bytes, ...]
    block: int


class Chain:
    """The contracts of a deployment, and with `key` the account that may append to them.

    Every method raises SourceUnavailable when the chain does not answer.
    """

    def __init__(
        self,
        rpc_url: str,
        deployment: Deployment,
        key: bytes | None = None,
        timeout: float = 10,
        confirm_seconds: float = 60,
    ) -> None:
        self.deployment = deployment
        self.rpc = Rpc(rpc_url, timeout)
        self._sender = Sender(self.rpc, key, deployment.chain_id, confirm_seconds) if key else None
        self._contracts = {CONSENTS: deployment.consents, RECORDS: deployment.records, ACCESS: deployment.access}

    def tip(self, depth: Depth = 0) -> Block:
        """Return the newest block with `depth` blocks on top of it, or the newest finalized one.

        Raises SourceUnavailable also when the RPC URL leads to another chain than the deployment's.
        """
        tag = depth if depth == "finalized" else "latest"
        raw_id, raw_block = self.rpc.batch([("eth_chainId", []), ("eth_getBlockByNumber", [tag, False])])
        chain_id, newest = results.quantity(raw_id), results.block(raw_block)
        if chain_id != self.deployment.chain_id:
            raise SourceUnavailable(f"the RPC URL leads to chain {chain_id}, not {self.deployment.chain_id}")
        if not isinstance(depth, int) or depth == 0:
            return newest
        return self._block(hex(max(0, newest.number - depth)))

    def _block(self, tag: str) -> Block:
        return results.block(self.rpc.call("eth_getBlockByNumber", tag, False))

    def hashes(self, numbers: Sequence[int]) -> list[bytes]:
        """Return the hash of each block, and empty bytes for a block that does not exist."""
        blocks = self.rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        return [results.block(block).hash if block is not None else b"" for block in blocks]

    def heads(self, block: Block | None = None) -> dict[str, Head] | None:
        """Return the head of each log at a block, by default the newest; None while the contracts are not deployed.

        The block is named by its hash (EIP-1898), so a node on another fork refuses instead of answering.
        """
        tag = {"blockHash": "0x" + block.hash.hex()} if block else "latest"
        calls: list[Call] = [
            ("eth_call", [{"to": to, "data": abi.HEAD.data()}, tag]) for to in self._contracts.values()
        ]
        answers = self.rpc.batch(calls)
        if "0x" in answers and self._is_without_code(tag):
            return None
        return {log: Head(*abi.HEAD.result(data)) for log, data in zip(self._contracts, answers, strict=True)}

    def _is_without_code(self, tag: object) -> bool:
        """Return True if a contract is not deployed: an empty result alone may be a fault of the node."""
        return "0x" in self.rpc.batch([("eth_getCode", [to, tag]) for to in self._contracts.values()])

    def head(self, log: str) -> Head:
        """Return the newest head of one log."""
        heads = self.heads()
        if heads is None:
            raise SourceUnavailable(f"no contracts are deployed on chain {self.deployment.chain_id}; deploy them first")
        return heads[log]

    def has_pending(self) -> bool:
        """Return True if a transaction of the appending account still waits to be mined."""
        return self._writer().has_pending()

    def appending(self, log: str, leaves: Sequence[bytes], peaks: Sequence[bytes]) -> ContractCall:
        """Return the call that appends leaf hashes on chain to a tree with these peaks."""
        return self._contracts[log], abi.APPEND.data(leaves, peaks)

    def advancing(self, log: str, head: Head, proof: Sequence[bytes]) -> ContractCall:
        """Return the call that puts a new head on chain with its consistency proof."""
        return self._contracts[log], abi.ADVANCE.data(head.size, head.root, proof)

    def revoking(self, openings: Sequence[tuple[bytes, bytes]]) -> ContractCall:
        """Return the call that opens locks, each by its (core, secret)."""
        return self.deployment.consents, abi.REVOKE_MANY.data(openings)

    def send(self, calls: Sequence[ContractCall], urgency: int = 1) -> list[Mined]:
        """Send all calls at once, and wait until they are mined.

        `urgency` is as for `Sender.send`. Raises SourceUnavailable, or the error that a revert stands for.
        """
        return self._writer().send(calls, urgency)

    def _writer(self) -> Sender:
        if self._sender is None:
            raise NotEntitled("this process has no key to write on the chain")
        return self._sender

    def event_reader(self) -> EventReader:
        """Return a reader of revocations and of changes in the directory of parties."""
        return EventReader(self.rpc, self.deployment)

    def appended(self, log: str, first: int, last: int) -> list[Appended]:
        """Return what was appended to the consents or records log in blocks `first` to `last`, in order."""
        return [_appended(log, event) for event in self._events({self._contracts[log]: [abi.APPENDED]}, first, last)]

    def revoked_at(self, locks: Sequence[bytes]) -> list[int]:
        """Return the block time (UTC seconds) at which each lock was opened, 0 if not, as of the newest block."""
        to = self.deployment.consents
        calls = [("eth_call", [{"to": to, "data": abi.REVOKED_AT.data(NO_ENTRY, lock)}, "latest"]) for lock in locks]
        return [abi.REVOKED_AT.result(data)[0] for data in self.rpc.batch(calls)]

    def revoked(self, first: int, last: int) -> list[RevocationMark]:
        """Return the mark of every revocation in blocks `first` to `last`."""
        return revocations(self._events({self.deployment.consents: abi.REVOCATION_EVENTS}, first, last))

    def parties(self, first: int, last: int) -> list[Party]:
        """Return the directory of parties, rebuilt from the events in blocks `first` to `last` alone."""
        changes = party_changes(self._events({self.deployment.parties: PARTY_EVENTS}, first, last))
        return [party for party in changes.values() if party]

    def _events(self, wanted: Wanted, first: int, last: int) -> list[EventLog]:
        return LogReader(self.rpc, wanted).read(first, self._block(hex(last)), {}).logs

    def close(self) -> None:
        """Close the connection."""
        self.rpc.close()


def _appended(log: str, event: EventLog) -> Appended:
    root, leaves = abi.unpack(("bytes32", "bytes32[]"), event.data)
    return Appended(log, Head(int.from_bytes(event.indexed(1)), root), tuple(leaves), event.block)
