"""In-memory implementation of every port of `ledger.ports`, for tests: dictionaries and lists, no disk."""

from mydata_ledger.anchors.memory.clock import FixedClock
from mydata_ledger.anchors.memory.keys import MemoryKeys
from mydata_ledger.anchors.memory.payloads import MemoryPayloads
from mydata_ledger.anchors.memory.store import MemoryStore

__all__ = ["FixedClock", "MemoryKeys", "MemoryPayloads", "MemoryStore"]
