"""An honest twin of every port: plain dictionaries and lists that keep the promises of `ledger.ports`, and no disk."""

from anchors.memory.clock import FixedClock
from anchors.memory.keys import MemoryKeys
from anchors.memory.payloads import MemoryPayloads
from anchors.memory.store import MemoryStore

__all__ = ["FixedClock", "MemoryKeys", "MemoryPayloads", "MemoryStore"]
