"""The Merkle tree of a log. Leaves are computed from the statements; the inner nodes of complete subtrees are stored,
numbered in the order of their creation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, PreparedQuery
from mydata_ledger.anchors.store.rows import statements
from mydata_ledger.anchors.store.schema import HEADS, STATEMENTS, TREES
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.errors import ProofInvalid, SourceUnavailable
from mydata_ledger.ledger.merkle import HASH_SIZE, Head

ENTRY_AT_POSITION = {
    log: statements.select_entries(log).where(table.c.position == bindparam("position"))
    for log, table in STATEMENTS.items()
}
HASH_BY_NUMBER = {
    log: select(table.c.hash).where(table.c.number == bindparam("number")) for log, table in TREES.items()
}
HASHES_BY_NUMBERS = {
    log: select(table.c.hash).where(table.c.number.in_(bindparam("numbers", expanding=True))).order_by(table.c.number)
    for log, table in TREES.items()
}
HEAD = PreparedQuery(select(HEADS).where(HEADS.c.log == bindparam("log")))

ADD = {log: BulkChange(table.insert()) for log, table in TREES.items()}
UPDATE_HEAD = BulkChange(
    HEADS.update()
    .where(HEADS.c.log == bindparam("which"))
    .values(size=bindparam("to_size"), peaks=bindparam("to_peaks"))
)


def number_of(level: int, index: int) -> int:
    """The number of the inner node (`level` ≥ 1): how many nodes are older. Leaf (index + 1) · 2^level completes it."""
    leaves_before = ((index + 1) << level) - 1
    return leaves_before - leaves_before.bit_count() + level - 1


class Tree:
    """The tree of one log over one connection."""

    def __init__(self, connection: Connection, log: str) -> None:
        self._connection, self._log = connection, log

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree."""
        hash_ = self._inner(level, index) if level else self._leaf(index)
        if hash_ is None:
            raise SourceUnavailable(f"the {self._log} log has lost a node; rebuild the database")
        return hash_

    def _inner(self, level: int, index: int) -> bytes | None:
        hash_ = self._connection.execute(HASH_BY_NUMBER[self._log], {"number": number_of(level, index)}).scalar()
        return None if hash_ is None else bytes(hash_)

    def _leaf(self, index: int) -> bytes | None:
        row = self._connection.execute(ENTRY_AT_POSITION[self._log], {"position": index}).first()
        return None if row is None else merkle.leaf_hash(statements.entry_of(row))

    def subtrees(self, level: int, start: int, limit: int) -> list[bytes]:
        """Hashes of the complete subtrees of a `level` ≥ 1 from index `start`, at most `limit`."""
        numbers = [number_of(level, index) for index in range(start, start + limit)]
        return [
            bytes(hash_)
            for hash_ in self._connection.execute(HASHES_BY_NUMBERS[self._log], {"numbers": numbers}).scalars()
        ]

    def head_row(self) -> Any:
        """The row with size, peaks and anchored head."""
        return HEAD.all(Driver.of(self._connection), {"log": self._log})[0]

    def head(self) -> Head:
        """The head of everything accepted."""
        row = self.head_row()
        return Head(row.size, merkle.bag(split_peaks(row.peaks)))

    def head_at(self, size: int) -> Head | None:
        """The head of the log at `size`; None if the log is smaller."""
        if not 0 <= size <= self.head_row().size:
            return None
        return Head(size, merkle.root_at(size, self.node))

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """The inclusion proof. Raises ProofInvalid."""
        self._check(size)
        return merkle.inclusion_proof(position, size, self.node)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The consistency proof. Raises ProofInvalid."""
        self._check(second)
        return merkle.consistency_proof(first, second, self.node)

    def _check(self, size: int) -> None:
        if size > self.head_row().size:
            raise ProofInvalid(f"the {self._log} log has not grown to {size} yet")

    def grow(self, row: Any, leaves: Sequence[bytes]) -> None:
        """Append leaves to the tree whose head is `row`: store the new nodes and the new head."""
        tops, new_nodes = merkle.grow(row.size, split_peaks(row.peaks), leaves)
        nodes = [{"number": number_of(level, index), "hash": hash_} for level, index, hash_ in new_nodes if level]
        ADD[self._log].run(self._connection, nodes)
        new_head = {"which": self._log, "to_size": row.size + len(leaves), "to_peaks": b"".join(tops)}
        UPDATE_HEAD.run(self._connection, [new_head])


def split_peaks(peaks: bytes) -> list[bytes]:
    """The peaks of a stored head, which are concatenated hashes."""
    return [peaks[offset : offset + HASH_SIZE] for offset in range(0, len(peaks), HASH_SIZE)]
