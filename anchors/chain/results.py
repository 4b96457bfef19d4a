"""Typed readers of what a node returns. Each raises SourceUnavailable for another shape, such as null or a missing
member: such an answer says nothing about the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from mydata_ledger.ledger.errors import SourceUnavailable

HASH_SIZE, BLOOM_SIZE = 32, 256
Position = tuple[int, int]
"""Number of a block, and index of a log in it: the order of events."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block: number, hash (32 bytes), time (UTC seconds), hash of its parent, Bloom filter of its logs."""

    number: int
    hash: bytes
    time: int
    parent: bytes
    bloom: int


class EventLog(NamedTuple):
    """An event of a contract: address, topics and data as bytes, its block and its index in the block."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    block_hash: bytes
    log_index: int

    @property
    def position(self) -> Position:
        """Number of its block, and its index in the block."""
        return self.block, self.log_index

    def indexed(self, number: int) -> bytes:
        """Return the indexed argument of that number, from 1 on (32 bytes)."""
        if number >= len(self.topics):
            raise malformed("an event with its indexed arguments")
        return self.topics[number]


def malformed(wanted: str) -> SourceUnavailable:
    """Return the error for a result that is not what was asked for."""
    return SourceUnavailable(f"the node did not return {wanted}; check the RPC URL, or use another node")


def quantity(value: object) -> int:
    """Return a number that is given as 0x-hex of at most 32 bytes."""
    try:
        if isinstance(value, str) and value.startswith("0x") and len(value) <= 2 + 2 * HASH_SIZE:
            return int(value[2:], 16)
    except ValueError:
        pass
    raise malformed("a number")


def octets(value: object, size: int | None = None) -> bytes:
    """Return the bytes that are given as 0x-hex; `size` is the length that they must have."""
    try:
        if isinstance(value, str) and value.startswith("0x"):
            data = bytes.fromhex(value[2:])
            if size is None or len(data) == size:
                return data
    except ValueError:
        pass
    raise malformed("bytes" if size is None else f"{size} bytes")


def items(value: object) -> Sequence[object]:
    """Return a list."""
    if isinstance(value, list):
        return value
    raise malformed("a list")


def member(value: object, name: str) -> object:
    """Return a member of an object; None if it is null or missing."""
    if isinstance(value, dict):
        found: object = value.get(name)
        return found
    raise malformed(f"an object with {name}")


def block(value: object) -> Block:
    """Return a block as eth_getBlockByNumber gives it."""
    if value is None:
        raise SourceUnavailable("the chain has no such block yet; try again later")
    return Block(
        quantity(member(value, "number")),
        octets(member(value, "hash"), HASH_SIZE),
        quantity(member(value, "timestamp")),
        octets(member(value, "parentHash"), HASH_SIZE),
        int.from_bytes(octets(member(value, "logsBloom"), BLOOM_SIZE)),
    )


def events(value: object) -> list[EventLog]:
    """Return the logs that eth_getLogs or a receipt lists, without those that a reorganisation removed (`removed`)."""
    once, number = lru_cache(octets), lru_cache(quantity)  # what many logs have in common is read once

    def event(raw: Any) -> EventLog:
        return EventLog(
            once(raw["address"], 20),
            tuple([octets(topic, HASH_SIZE) for topic in raw["topics"]]),
            octets(raw["data"]),
            number(raw["blockNumber"]),
            once(raw["blockHash"], HASH_SIZE),
            quantity(raw["logIndex"]),
        )

    try:
        return [event(raw) for raw in items(value) if member(raw, "removed") is not True]
    except (KeyError, TypeError) as error:
        raise malformed("logs") from error
