"""Persons whose derived records must be looked at: marked by statements, worked by a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mydata_ledger.ledger.kernel.tries import RETRY_DELAYS
from mydata_ledger.ledger.kernel.work_items import DERIVED_DUE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

DONE = "done"
WAITING = "waiting: "
"""The state of an item that waits, in front of its kind."""
AT_ONCE = 1
"""The due time of an item that waits for nothing: a second that no jump of the clock puts into the future."""


class DueRecords:
    """One work item a person and kind. Marking it while it is worked makes it wait again."""

    def __init__(self, world: World) -> None:
        self._items, self._clock = world.work_items, world.clock

    def mark(self, kind: str, person: bytes) -> None:
        """Mark a person, also while they are looked at: then they are looked at again."""
        before = self._items.item(DERIVED_DUE, _name(kind, person))
        while self._items.file(marked(kind, person, before)) is None:
            before = self._items.item(DERIVED_DUE, _name(kind, person))

    def waiting(self, kind: str, limit: int) -> Sequence[WorkItem]:
        """The items of a kind whose time has come, those that wait longest first."""
        return self._items.due(DERIVED_DUE, WAITING + kind, self._clock.now(), limit)

    def done(self, looked_at: Sequence[tuple[WorkItem, int]]) -> None:
        """Note that persons were looked at, unless they were marked meanwhile; each is looked at again at its second
        (UTC; 0: when it is marked).
        """
        ended = [
            replace(item, due=again, body={"tries": 0}) if again else replace(item, state=DONE, due=0)
            for item, again in looked_at
        ]
        if ended:
            self._items.file_many(ended)

    def postpone(self, item: WorkItem) -> None:
        """Try again later, with growing delays: what cannot be built holds up nobody else."""
        tries = item.body["tries"]
        delay = RETRY_DELAYS[min(tries, len(RETRY_DELAYS) - 1)]
        self._items.file(replace(item, due=self._clock.now() + delay, body={"tries": tries + 1}))


def marked(kind: str, person: bytes, before: WorkItem | None) -> WorkItem:
    """The item of a person who must be looked at."""
    version = before.version if before else 0
    return WorkItem(DERIVED_DUE, _name(kind, person), person, "", WAITING + kind, AT_ONCE, {"tries": 0}, version)


def _name(kind: str, person: bytes) -> bytes:
    return kind.encode() + b"\n" + person
