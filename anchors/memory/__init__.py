"""An honest twin of every port: plain dictionaries and lists that keep the promises of `ledger.ports`, and no disk."""

from mydata_ledger.anchors.memory.clock import FixedClock
from mydata_ledger.anchors.memory.keys import MemoryKeys
from mydata_ledger.anchors.memory.payloads import MemoryPayloads
from mydata_ledger.anchors.memory.store import MemoryStore

__all__ = ["FixedClock", "MemoryKeys", "MemoryPayloads", "MemoryStore"]
