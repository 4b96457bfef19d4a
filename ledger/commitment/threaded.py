"""A commitment to long content, hashed in a thread while its sealed form waits for the disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from mydata_ledger.ledger.commitment.content import is_json, record_commitment

LONG = 256 * 1024
"""Bytes from which hashing takes much longer than handing it to a thread."""
THREADS = 4


def begin_commitment(content: bytes, media_type: str, seed: bytes) -> Callable[[], bytes]:
    """`record_commitment`, begun now and had by calling what is returned.

    JSON is committed to at once: it may be refused, and must be before anything is stored. Raises MalformedInput,
    TooLarge.
    """
    if len(content) >= LONG and not is_json(media_type):
        return _threads().submit(record_commitment, content, media_type, seed).result
    made = record_commitment(content, media_type, seed)
    return lambda: made


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "commitments")
