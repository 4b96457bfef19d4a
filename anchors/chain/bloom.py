"""Bloom filters of logs (Ethereum yellow paper, 4.3.1): a block's header tells which logs the block can have."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from mydata_ledger.anchors.chain.results import EventLog
from mydata_ledger.ledger.party import keccak


@lru_cache(maxsize=64)
def mask(item: bytes) -> int:
    """Return the bits of an address or topic: the first three pairs of bytes of its Keccak digest, modulo 2048."""
    return sum(1 << bit for bit in set(_bits(item)))


def bloom_of(logs: Iterable[EventLog]) -> int:
    """Return the filter of a block with exactly these logs."""
    set_bits = {bit for item in {item for log in logs for item in (log.address, *log.topics)} for bit in _bits(item)}
    return sum(1 << bit for bit in set_bits)


def _bits(item: bytes) -> tuple[int, int, int]:
    first = int.from_bytes(keccak(item)[:6])
    return (first >> 32) % 2048, (first >> 16) % 2048, first % 2048


def may_have(bloom: int, address: bytes, topics: Iterable[bytes]) -> bool:
    """Return True if a block may have a log of this contract with one of these first topics."""
    return any(bloom & bits == bits for bits in (mask(address) | mask(topic) for topic in topics))
