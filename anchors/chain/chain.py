"""Reading and writing our contracts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mydata_ledger.anchors.artifacts import Deployment
from mydata_ledger.anchors.chain import abi
from mydata_ledger.anchors.chain.rpc import Call, Rpc
from mydata_ledger.anchors.chain.sender import Mined, Sender
from mydata_ledger.ledger.errors import NotEntitled, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS

Depth = int | Literal["finalized"]
BLOCKS_AT_ONCE = 10_000
"""Most blocks of one eth_getLogs."""
Sent = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Block:
    """A block: number, hash (32 bytes), time (UTC seconds)."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Appended:
    """Leaf hashes that came on chain in a block, and the head they made."""

    log: str
    head: Head
    leaves: tuple[bytes, ...]
    block: int


class Chain:
    """The contracts of a deployment; with `key` also the account that may append.

    Everything raises SourceUnavailable when the chain does not answer or is another one.
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
        """The newest block with `depth` blocks on top of it, or the newest finalized one."""
        chain_id, newest = self.rpc.batch([("eth_chainId", []), ("eth_blockNumber", [])])
        if int(chain_id, 16) != self.deployment.chain_id:
            raise SourceUnavailable(f"the RPC URL leads to chain {int(chain_id, 16)}, not {self.deployment.chain_id}")
        number = "finalized" if depth == "finalized" else hex(max(0, int(newest, 16) - depth))
        return _block(self.rpc.call("eth_getBlockByNumber", number, False))

    def hashes(self, numbers: Sequence[int]) -> list[bytes]:
        """The hash of each block, empty where there is none."""
        found = self.rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        return [bytes.fromhex(block["hash"][2:]) if block else b"" for block in found]

    def heads(self, block: int | None = None) -> dict[str, Head] | None:
        """The head of each log at a block, by default the newest; None while the contracts are not deployed."""
        tag = "latest" if block is None else hex(block)
        asked: list[Call] = [
            ("eth_call", [{"to": to, "data": abi.HEAD.data()}, tag]) for to in self._contracts.values()
        ]
        answers = self.rpc.batch(asked)
        if "0x" in answers:
            return None
        return {log: Head(*abi.HEAD.result(data)) for log, data in zip(self._contracts, answers, strict=True)}

    def head(self, log: str) -> Head:
        """The newest head of one log."""
        heads = self.heads()
        if heads is None:
            raise SourceUnavailable(f"no contracts stand on chain {self.deployment.chain_id}; deploy them first")
        return heads[log]

    def busy(self) -> bool:
        """Whether a transaction of the appending account still waits to be mined."""
        return self._writer().busy()

    def appending(self, log: str, leaves: Sequence[bytes], peaks: Sequence[bytes]) -> Sent:
        """The call that puts leaf hashes on chain after a tree with these peaks."""
        return self._contracts[log], abi.APPEND.data(leaves, peaks)

    def advancing(self, log: str, head: Head, proof: Sequence[bytes]) -> Sent:
        """The call that puts a new head on chain with its consistency proof."""
        return self._contracts[log], abi.ADVANCE.data(head.size, head.root, proof)

    def revoking(self, openings: Sequence[tuple[bytes, bytes]]) -> Sent:
        """The call that revokes consents by (core, secret)."""
        return self.deployment.consents, abi.REVOKE_MANY.data(openings)

    def send(self, calls: Sequence[Sent], urgency: int = 1) -> list[Mined]:
        """Send the calls at once and wait for all. Raises what a revert means, SourceUnavailable."""
        return self._writer().send(calls, urgency)

    def _writer(self) -> Sender:
        if self._sender is None:
            raise NotEntitled("this process has no key to write on the chain")
        return self._sender

    def appended(self, log: str, first: int, last: int) -> list[Appended]:
        """What was appended to the consents or records log in blocks `first` to `last`, in order."""
        return [_appended(log, each) for each in self._logs(self._contracts[log], [abi.APPENDED], first, last)]

    def revoked_at(self, entries: Sequence[bytes]) -> list[int]:
        """Block time (UTC seconds) at which each consent was revoked, 0 if it was not, as of the newest block."""
        to = self.deployment.consents
        asked = [("eth_call", [{"to": to, "data": abi.REVOKED_AT.data(entry)}, "latest"]) for entry in entries]
        return [abi.REVOKED_AT.result(data)[0] for data in self.rpc.batch(asked)]

    def revoked(self, first: int, last: int) -> list[tuple[bytes, int]]:
        """(entry, block) of every revocation in blocks `first` to `last`."""
        logs = self._logs(self.deployment.consents, [abi.REVOKED], first, last)
        return [(bytes.fromhex(log["topics"][1][2:]), int(log["blockNumber"], 16)) for log in logs]

    def parties_changed(self, first: int, last: int) -> bool:
        """Whether the directory changed in these blocks."""
        return any(self._party_logs(first, last))

    def parties(self, first: int, last: int) -> list[Party]:
        """The directory, rebuilt from events alone."""
        found: dict[str, Party] = {}
        for log in self._party_logs(first, last):
            if log["topics"][0] == abi.REMOVED:
                found.pop(abi.account_of(log), None)
            else:
                found[abi.account_of(log)] = abi.party_of(log)
        return list(found.values())

    def _party_logs(self, first: int, last: int) -> Iterator[dict[str, Any]]:
        kinds = [abi.REGISTERED, abi.UPDATED, abi.REMOVED]
        return self._logs(self.deployment.parties, kinds, first, last)

    def _logs(self, address: str, kinds: Sequence[str], first: int, last: int) -> Iterator[dict[str, Any]]:
        for start in range(first, last + 1, BLOCKS_AT_ONCE):
            end = min(last, start + BLOCKS_AT_ONCE - 1)
            wanted = {"address": address, "topics": [list(kinds)], "fromBlock": hex(start), "toBlock": hex(end)}
            yield from self.rpc.call("eth_getLogs", wanted)

    def close(self) -> None:
        """Let go of the connection."""
        self.rpc.close()


def _appended(log: str, raw: dict[str, Any]) -> Appended:
    root, leaves = abi.unpack(("bytes32", "bytes32[]"), raw["data"])
    return Appended(log, Head(int(raw["topics"][1], 16), root), tuple(leaves), int(raw["blockNumber"], 16))


def _block(raw: dict[str, Any] | None) -> Block:
    if raw is None:
        raise SourceUnavailable("the chain has no such block yet; try again later")
    return Block(int(raw["number"], 16), bytes.fromhex(raw["hash"][2:]), int(raw["timestamp"], 16))
