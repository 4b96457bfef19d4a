"""The records that a holder issued, newest first, by a bounded walk back through the log of records."""

from __future__ import annotations

from dataclasses import dataclass

from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import RECORDS
from mydata_ledger.ledger.record import Issue, Record

MOST_EXAMINED = 2_000
"""Statements of all holders that one page examines; there is no index by holder."""


@dataclass(frozen=True, slots=True)
class IssuedPage:
    """Records of one holder, newest first. `following` is the `before` of the next page, None if the log ends here."""

    records: list[Record]
    following: int | None


class IssueHistory:
    """A holder sees its own records only, in every state."""

    def __init__(self, world: World) -> None:
        self._world = world

    def page(self, holder: str, before: int | None, limit: int) -> IssuedPage:
        """Up to `limit` records of the holder below the log position `before`; fewer, or none, where other holders'
        records lie between.
        """
        end = self._world.log.head(RECORDS).size
        end = end if before is None else min(before, end)
        found, position = list[bytes](), end
        positions = range(end - 1, max(end - MOST_EXAMINED, 0) - 1, -1)
        for examined, logged in zip(positions, self._world.log.statements_at(RECORDS, positions), strict=True):
            if len(found) == limit:
                break
            position, statement = examined, logged.signed.statement if logged else None
            if isinstance(statement, Issue) and statement.holder == holder:
                found.append(statement.record_id)
        return IssuedPage(self._world.index.records_named(found), position or None)
