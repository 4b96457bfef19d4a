"""Stores over a database, with a key for its work items."""

from __future__ import annotations

from collections.abc import Callable

from mydata_ledger.anchors.item_seal import ItemSeal
from mydata_ledger.anchors.store import Store
from mydata_ledger.anchors.store.database import utc_now

SEAL = ItemSeal(b"\x5e" * 32)


def open_store(url: str, now: Callable[[], int] = utc_now, *, loading: bool = False) -> Store:
    """Open a store under the key of all tests."""
    return Store(url, now, loading=loading, seal=SEAL)
