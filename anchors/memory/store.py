"""All database ports in memory, over one state."""

from __future__ import annotations

import time
from collections.abc import Callable

from mydata_ledger.anchors.memory.anchoring import MemoryAnchoring
from mydata_ledger.anchors.memory.content_digests import MemoryContentDigests
from mydata_ledger.anchors.memory.directory import MemoryDirectory
from mydata_ledger.anchors.memory.index import MemoryIndex
from mydata_ledger.anchors.memory.log import MemoryLog
from mydata_ledger.anchors.memory.past import MemoryPast
from mydata_ledger.anchors.memory.sessions import MemorySessions
from mydata_ledger.anchors.memory.state import State
from mydata_ledger.anchors.memory.work_items import MemoryWorkItems


def utc_now() -> int:
    """UTC seconds."""
    return int(time.time())


class MemoryStore:
    """In-memory counterpart of `anchors.store.Store`, for tests. It has no `rebuilding` port."""

    def __init__(self, now: Callable[[], int] = utc_now) -> None:
        self.state = state = State(now)
        self.index, self.directory, self.past = MemoryIndex(state), MemoryDirectory(state), MemoryPast(state)
        self.content_digests = MemoryContentDigests(state, self.index)
        self.log = MemoryLog(state, self.index, self.directory)
        self.anchoring = MemoryAnchoring(state, self.log)
        self.sessions, self.work_items = MemorySessions(), MemoryWorkItems()
