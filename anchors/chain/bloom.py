"""Bloom filters of logs (Ethereum yellow paper, 4.3.1): a block's header tells which logs the block can have."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from mydata_ledger.anchors.chain.results import EventLog
from mydata_ledger.ledger.party import keccak


@lru_cache(maxsize=4096)
def mask(item: bytes) -> int:
    """Return the bits of an address or topic: the first three pairs of bytes of its Keccak digest, modulo 2048."""
    digest = keccak(item)
    bits = 0
    for start in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[start : start + 2]) % 2048)
    return bits


def bloom_of(logs: Iterable[EventLog]) -> int:
    """Return the filter of a block with exactly these logs."""
    bits = 0
    for log in logs:
        bits |= mask(log.address)
        for topic in log.topics:
            bits |= mask(topic)
    return bits


def may_have(bloom: int, address: bytes, topics: Iterable[bytes]) -> bool:
    """Return True if a block may have a log of this contract with one of these first topics."""
    return any(bloom & bits == bits for bits in (mask(address) | mask(topic) for topic in topics))
