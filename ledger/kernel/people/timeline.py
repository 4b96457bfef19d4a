"""A person's timeline in pages, with filters, and a bound on the work for each page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mydata_ledger.ledger.kernel.work_items import LINK_USE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement, Statement
from mydata_ledger.ledger.timeline import TimelineFilter, is_own_reading

EXAMINED = 2_000
"""The largest number of lines that one page examines; what the caller may not see is not counted."""
AT_ONCE = 250
Sees = Callable[[Statement], bool]
"""Whether the caller sees a line."""


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where a page starts: below a position with the newest first, or above it with the oldest first."""

    position: int
    newest_first: bool


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Lines of one page; `next` is the position with which the next page starts, None on the last page."""

    lines: Sequence[LoggedStatement]
    next: int | None


class TimelinePages:
    """A page depends on the lines that its caller sees, and on nothing else."""

    def __init__(self, world: World) -> None:
        self._world = world

    def page(self, person: bytes, wanted: TimelineFilter, start: PageStart, limit: int, sees: Sees) -> TimelinePage:
        """The next lines that are wanted, at most `limit`. With a filter, a page may be shorter before the last one: it
        ends after `EXAMINED` lines.
        """
        found: list[LoggedStatement] = []
        examined, position = 0, start.position
        size = limit if wanted == TimelineFilter() else max(limit, AT_ONCE)
        while lines := self._read(person, PageStart(position, start.newest_first), size):
            seen = [line for line in lines if sees(line.signed.statement)][: EXAMINED - examined]
            found += self._wanted(person, wanted, seen)
            examined += len(seen)
            if len(found) >= limit:
                return TimelinePage(found[:limit], found[limit - 1].position)
            if examined >= EXAMINED:
                return TimelinePage(found, seen[-1].position)
            position = lines[-1].position
        return TimelinePage(found, None)

    def own_reading(self, person: bytes, lines: Sequence[LoggedStatement]) -> set[int]:
        """The positions of those lines that are the person's own reading."""
        delegations = self._world.index.delegations_of(person)
        own = [line for line in lines if is_own_reading(line.signed.statement, delegations)]
        ids = {line.position: _request_id(line) for line in own}
        by_link = {item.id for item in self._world.work_items.items_named(LINK_USE, list(ids.values()))}
        return {position for position, request_id in ids.items() if request_id not in by_link}

    def _wanted(
        self, person: bytes, wanted: TimelineFilter, lines: Sequence[LoggedStatement]
    ) -> Sequence[LoggedStatement]:
        chosen = [line for line in lines if wanted.wants(line.signed.statement)]
        if wanted.own or not chosen:
            return chosen
        own = self.own_reading(person, chosen)
        return [line for line in chosen if line.position not in own]

    def _read(self, person: bytes, start: PageStart, limit: int) -> list[LoggedStatement]:
        index = self._world.index
        read = index.statements_before if start.newest_first else index.statements_about
        return read(ACCESS, person, start.position, limit)


def _request_id(line: LoggedStatement) -> bytes:
    statement = line.signed.statement
    return statement.request_id if isinstance(statement, AccessReceipt) else b""
