"""The commitment to long content, computed in a thread while its sealed form is written to disk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from mydata_ledger.ledger.commitment.content import is_json, record_commitment

LONG = 256 * 1024
"""Bytes from which hashing takes much longer than starting it in a thread."""
THREADS = 4


def begin_commitment(content: bytes, media_type: str, seed: bytes) -> Callable[[], bytes]:
    """Start `record_commitment`; calling the returned function gives its result.

    JSON is committed to at once, because it may be refused, and that must happen before anything is stored. Raises
    MalformedInput, TooLarge.
    """
    if len(content) >= LONG and not is_json(media_type):
        return _threads().submit(record_commitment, content, media_type, seed).result
    commitment = record_commitment(content, media_type, seed)
    return lambda: commitment


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "commitments")
