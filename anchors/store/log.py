"""The Log port over a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.engine import Connection

from anchors.store import facts, rows
from anchors.store.accepting import accept
from anchors.store.base import Database
from anchors.store.desk import Place
from anchors.store.tree import Tree
from ledger.access import AccessRequest, Facts
from ledger.merkle import Head
from ledger.ports import Anchored
from ledger.receipt import Logged, Signed


class LogStore(Database):
    """Three append-only logs; what is accepted is synced to disk when the call returns."""

    def append(self, statements: Sequence[Signed], accepted_at: int) -> list[Logged]:
        """Accept all or none, in order. Raises StaleConsent, InvalidStatement, StorageFull, SourceUnavailable."""
        return self._write(lambda connection: accept(connection, statements, accepted_at)) if statements else []

    def answer(self, request: AccessRequest, respond: Callable[[Facts], Signed], at: int) -> Logged:
        """Gather the facts, have them answered, log the receipt: one serialised step.

        Those who ask at the same time share one disk sync; `respond` runs on the writing thread and must not use
        the store. Raises what `respond` raises, StorageFull, SourceUnavailable.
        """

        def work(connection: Connection) -> Place:
            known = facts.gather(connection, request, at, self._desk.uses)
            return self._desk.leave(respond(known), at)

        return self._answer(work).logged()

    def at(self, log: str, position: int) -> Logged | None:
        """The statement at a position."""
        with self._read() as connection:
            return rows.at(connection, log, position)

    def find(self, log: str, entry: bytes) -> Logged | None:
        """The statement of that entry."""
        with self._read() as connection:
            return rows.by_entry(connection, log, entry)

    def head(self, log: str) -> Head:
        """Size and root of everything accepted."""
        with self._read() as connection:
            return Tree(connection, log).head()

    def head_at(self, log: str, size: int) -> Head | None:
        """The head the log had at `size`; None when it never was so large."""
        with self._read() as connection:
            return Tree(connection, log).head_at(size)

    def anchored(self, log: str) -> Anchored:
        """Size and root of what is on chain. Raises SourceUnavailable while the chain contradicts this database."""
        with self._read() as connection:
            return _anchored(facts.anchored_heads(connection)[log])

    def last_anchored(self, log: str) -> Anchored:
        """The same, whether or not the chain still agrees."""
        with self._read() as connection:
            return _anchored(facts.heads(connection)[log])

    def inclusion(self, log: str, position: int, size: int) -> list[bytes]:
        """The inclusion proof of a position in the tree of `size`. Raises ProofInvalid."""
        with self._read() as connection:
            return Tree(connection, log).inclusion(position, size)

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof between two sizes. Raises ProofInvalid."""
        with self._read() as connection:
            return Tree(connection, log).consistency(first, second)


def _anchored(row: Row[Any]) -> Anchored:
    return Anchored(Head(row.anchored_size, row.anchored_root), row.anchored_block, row.followed_at)
