"""Reads logs of contracts so that a node which withholds one, or answers from another fork, is found out (ADR 48)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mydata_ledger.anchors.chain import results
from mydata_ledger.anchors.chain.bloom import bloom_of, may_have
from mydata_ledger.anchors.chain.ranges import Ranges
from mydata_ledger.anchors.chain.results import Block, EventLog
from mydata_ledger.anchors.chain.rpc import Call, Rpc
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable

LOGGER = logging.getLogger("mydata.chain")
PROVEN = 100_000
"""How many of the newest blocks are compared with their headers. In older ones, two answers must be equal."""
BLOCKS_AT_ONCE = 10_000
"""Most blocks of one eth_getLogs request, and between two messages about progress."""
HEADERS_AT_ONCE = 100
"""Most headers of one batch."""
FORKED = "the node answered from two forks of the chain; the next attempt asks again"
WITHHELD = "the node withholds logs that are in a block; the next attempt asks again, or use another node"
Wanted = Mapping[str, Iterable[str]]
"""Contracts (address as 0x-hex) with the first topics of the events to read (0x-hex)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Logs in the order of the chain, and the hashes of the blocks whose headers were read, by number."""

    logs: list[EventLog]
    hashes: dict[int, bytes]


class LogReader:
    """Reads events of contracts.

    Args:
        rpc: The node.
        wanted: Contracts and their events.
    """

    def __init__(self, rpc: Rpc, wanted: Wanted) -> None:
        self._rpc = rpc
        self._topics = {results.octets(a, 20): {results.octets(t, 32) for t in topics} for a, topics in wanted.items()}
        every_topic = sorted({topic for topics in wanted.values() for topic in topics})
        self._filter = {"address": list(wanted), "topics": [every_topic]}
        self._log_ranges, self._header_ranges = Ranges(BLOCKS_AT_ONCE), Ranges(HEADERS_AT_ONCE)

    def read(self, first: int, tip: Block, noted: Mapping[int, bytes]) -> Reading:
        """Read the events in blocks `first` to `tip`.

        The headers must be linked up to `tip`, each log must name the hash of its block's header, and the logs of a
        block must account for the Bloom filter of its header; otherwise all receipts of the block must.

        Args:
            first: Number of the first block.
            tip: The last block.
            noted: Hashes of blocks by number; those from `first` on were read before, and their headers are not read.

        Raises:
            SourceUnavailable: The node withholds a log, answers from several forks, or does not answer.
        """
        start, fresh = max(first, tip.number - PROVEN + 1), first
        while fresh in noted and fresh <= tip.number:
            fresh += 1
        logs = [log for low, high in _spans(first, start - 1) for log in self._twice(low, high)]
        hashes: dict[int, bytes] = {}
        for low, high in _spans(start, tip.number):
            headers = self._headers(max(low, fresh), high)
            _check_links(headers, noted, hashes)
            logs += self._complete(self._logs(low, high), headers, {**noted, **hashes})
        if (hashes.get(tip.number) or noted.get(tip.number)) != tip.hash:
            raise SourceUnavailable(FORKED)
        return Reading(sorted({log.position: log for log in logs}.values(), key=lambda log: log.position), hashes)

    def _headers(self, first: int, last: int) -> list[Block]:
        def ask(low: int, high: int) -> list[Block]:
            calls: list[Call] = [("eth_getBlockByNumber", [hex(number), False]) for number in range(low, high + 1)]
            return [results.block(raw) for raw in self._rpc.batch(calls)]

        return [header for batch in self._header_ranges.each(first, last, ask) for header in batch]

    def _logs(self, first: int, last: int) -> list[EventLog]:
        return [log for logs in self._log_ranges.each(first, last, self._ask_logs) for log in logs]

    def _twice(self, first: int, last: int) -> list[EventLog]:
        """Logs of blocks whose headers are not read: two answers must be equal."""

        def ask(low: int, high: int) -> list[EventLog]:
            logs, again = self._ask_logs(low, high), self._ask_logs(low, high)
            if set(logs) != set(again):
                raise SourceUnavailable(WITHHELD)
            return logs

        return [log for logs in self._log_ranges.each(first, last, ask) for log in logs]

    def _ask_logs(self, first: int, last: int) -> list[EventLog]:
        log_filter = {**self._filter, "fromBlock": hex(first), "toBlock": hex(last)}
        logs = self._only_wanted(results.events(self._rpc.call("eth_getLogs", log_filter)))
        if any(not first <= log.block <= last for log in logs):
            raise results.malformed("logs of the blocks that were asked for")
        return logs

    def _only_wanted(self, logs: Iterable[EventLog]) -> list[EventLog]:
        return [log for log in logs if log.topics and log.topics[0] in self._topics.get(log.address, ())]

    def _complete(
        self, logs: Sequence[EventLog], headers: Sequence[Block], hashes: Mapping[int, bytes]
    ) -> list[EventLog]:
        """Return the logs with those that the node left out. Raises SourceUnavailable."""
        if any(log.block_hash != hashes.get(log.block) for log in logs):
            raise SourceUnavailable(FORKED)
        by_block: dict[int, list[EventLog]] = {}
        for log in logs:
            by_block.setdefault(log.block, []).append(log)
        for header in headers:
            if self._is_doubtful(header, by_block.get(header.number, [])):
                by_block[header.number] = self._only_wanted(self._receipt_logs(header))
        return [log for logs_of_block in by_block.values() for log in logs_of_block]

    def _is_doubtful(self, header: Block, logs: Sequence[EventLog]) -> bool:
        """Return True if the block may have a log of ours, and its filter has more bits than these logs set."""
        wanted = any(may_have(header.bloom, address, topics) for address, topics in self._topics.items())
        return wanted and bloom_of(logs) != header.bloom

    def _receipt_logs(self, header: Block) -> list[EventLog]:
        """Return all logs of a block out of its receipts, which must account for the filter of its header."""
        logs = [log for receipt in self._receipts(header) for log in results.events(results.member(receipt, "logs"))]
        if any(log.block_hash != header.hash for log in logs) or bloom_of(logs) != header.bloom:
            raise SourceUnavailable(WITHHELD)
        return logs

    def _receipts(self, header: Block) -> Sequence[object]:
        try:
            return results.items(self._rpc.call("eth_getBlockReceipts", hex(header.number)))
        except LedgerError:  # a node without this method has the receipt of each transaction
            found = self._rpc.call("eth_getBlockByHash", "0x" + header.hash.hex(), False)
            transactions = results.items(results.member(found, "transactions"))
            return self._rpc.batch([("eth_getTransactionReceipt", [each]) for each in transactions])


def _spans(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Split a range into parts that fit into memory, and report progress where there are several."""
    for low in range(first, last + 1, BLOCKS_AT_ONCE):
        high = min(last, low + BLOCKS_AT_ONCE - 1)
        if low > first:
            LOGGER.info("reading the chain: at block %d of %d", low, last)
        yield low, high


def _check_links(headers: Iterable[Block], noted: Mapping[int, bytes], hashes: dict[int, bytes]) -> None:
    """Add the hashes of linked headers to `hashes`. Raises SourceUnavailable if they are of several forks."""
    for header in headers:
        before = header.number - 1
        expected = hashes.get(before) or noted.get(before) or header.parent
        if header.parent != expected or noted.get(header.number, header.hash) != header.hash:
            raise SourceUnavailable(FORKED)
        hashes[header.number] = header.hash
