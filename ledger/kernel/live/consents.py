"""Changes by the consents log: statements that were accepted, that came on chain, or that the chain ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.kernel.live.changes import ListChange, changes_by
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import CONSENTS, LoggedStatement, Statement

AT_ONCE = 500
"""Statements that one poll reads; the next poll reads the rest."""


class ConsentWatch:
    """Reads each statement when it is accepted, and again when the chain has it, because its status changes then."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._accepted, self._anchored = self._sizes()
        self._ended = world.past.newest()

    def poll(self, _: Collection[bytes]) -> set[ListChange]:
        """The changes since the last poll. Raises SourceUnavailable."""
        accepted, anchored = self._sizes()
        next_accepted, next_anchored = min(accepted, self._accepted + AT_ONCE), min(anchored, self._anchored + AT_ONCE)
        positions = {*range(self._accepted, next_accepted), *range(self._anchored, next_anchored)}
        logged = self._world.log.statements_at(CONSENTS, sorted(positions)) if positions else []
        ended = self._world.past.revealed_since(self._ended, AT_ONCE)
        found = self._changes([*logged, *(self._world.log.find(CONSENTS, entry) for _, entry in ended)])
        self._accepted, self._anchored = next_accepted, next_anchored
        self._ended = ended[-1][0] if ended else self._ended
        return found

    def _sizes(self) -> tuple[int, int]:
        log = self._world.log
        return log.head(CONSENTS).size, log.last_anchored(CONSENTS).head.size

    def _changes(self, logged: Iterable[LoggedStatement | None]) -> set[ListChange]:
        statements = [each.signed.statement for each in logged if each]
        return {change for each in statements for change in changes_by(each, self._ended_by(each))}

    def _ended_by(self, statement: Statement) -> Statement | None:
        """The consent that a revocation ends."""
        found = self._world.log.find(CONSENTS, statement.consent) if isinstance(statement, Revocation) else None
        return found.signed.statement if found else None
