"""Reads a log in order from where a reader left off. The position is a work item, so that no statement is left out
after a crash; one may be read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mydata_ledger.ledger.kernel.work_items import READ_TO
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.work_item import WorkItem

AT_ONCE = 200


class LogReaders:
    """Readers have names; each has a position of its own in each log."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, reader: str, log: str, process: Callable[[LoggedStatement], None]) -> int:
        """Process the next statements of a log; returns how many. A statement whose processing raises is read again."""
        mark = self._mark(reader)
        start = position = mark.body["next"]
        try:
            while position < start + AT_ONCE and (logged := self._world.log.statement_at(log, position)):
                process(logged)
                position += 1
        finally:
            if position != start:
                self._world.work_items.file(replace(mark, body={"next": position}))
        return int(position - start)

    def has_more(self, reader: str, log: str) -> bool:
        """Whether the log has statements that the reader has not processed."""
        return bool(self._mark(reader).body["next"] < self._world.log.head(log).size)

    def _mark(self, reader: str) -> WorkItem:
        return self._world.work_items.item(READ_TO, reader.encode()) or WorkItem(
            READ_TO, reader.encode(), body={"next": 0}
        )
