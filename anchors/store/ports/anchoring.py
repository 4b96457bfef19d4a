"""The Anchoring port over a database: what notary and follower read of the logs, and record of the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.ports import MAX_BLOCKS
from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db import changes
from mydata_ledger.anchors.store.db.prepared import Driver, ListQuery, Upsert, chunks
from mydata_ledger.anchors.store.log import indexers
from mydata_ledger.anchors.store.log.tree import Tree
from mydata_ledger.anchors.store.rows import past, statements
from mydata_ledger.anchors.store.schema import BLOCKS, CHAIN, HEADS, MARKS, STATEMENTS
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.commitment.entry import RevocationMark
from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import CONSENTS

ADD_BLOCK = Upsert(BLOCKS, lambda new: {"hash": new.hash})
ADD_MARK = Upsert(MARKS, lambda new: {"block": new.block}, "block")
KNOWN_MARKS = ListQuery(select(MARKS.c.key, MARKS.c.block), key=MARKS.c.key)


class AnchoringStore:
    """The Anchoring port: the only writer of anchored heads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, log: str, start: int, limit: int) -> list[bytes]:
        """Entries (32 bytes) from position `start`."""
        table = STATEMENTS[log]
        query = statements.select_entries(log).where(table.c.position >= start).order_by(table.c.position).limit(limit)
        with self._database.session(log) as connection:
            return [statements.entry_of(row) for row in connection.execute(query)]

    def leaves(self, log: str, start: int, limit: int) -> list[bytes]:
        """Leaf hashes from position `start`."""
        return [merkle.leaf_hash(entry) for entry in self.entries(log, start, limit)]

    def subtrees(self, log: str, level: int, start: int, limit: int) -> list[bytes]:
        """Hashes of complete subtrees of 2**level leaves, from the one of index `start`; at level 0 the leaves."""
        if level == 0:
            return self.leaves(log, start, limit)
        with self._database.session(log) as connection:
            return Tree(connection, log).subtrees(level, start, limit)

    def peaks(self, log: str, size: int) -> list[bytes]:
        """Peaks of the tree at `size`, largest first."""
        with self._database.session(log) as connection:
            return merkle.peaks(size, Tree(connection, log).node)

    def mark_anchored(self, log: str, head: Head, block: int) -> None:
        """Record that the chain holds this head.

        Raises InvalidStatement if this log never had the head, or if it is smaller than the last one.
        """
        self._set_anchored(log, head, block, is_rollback=False)

    def roll_back(self, log: str, head: Head, block: int) -> None:
        """After a reorganisation of the chain, make an earlier head the anchored one.

        Grants above it no longer permit; revocations still deny.
        """
        self._set_anchored(log, head, block, is_rollback=True)

    def _set_anchored(self, log: str, head: Head, block: int, *, is_rollback: bool) -> None:
        def work(connection: Connection) -> None:
            _set_head(connection, log, head, block, is_rollback)
            past.record_changes(connection, self._database.now(), past.HEAD, [past.head_change(log, head, block)])

        self._database.write(work)

    def touch(self, at_time: int) -> None:
        """Record that the chain answered at `at_time` (UTC seconds) and agrees with this log."""

        def work(connection: Connection) -> None:
            if connection.execute(CHAIN.update().where(CHAIN.c.distrust != "").values(distrust="")).rowcount:
                changes.increment(connection)
            connection.execute(CHAIN.update().values(followed_at=at_time))

        self._database.write_uncounted(work)

    def distrust(self, reason: str) -> None:
        """Record that the chain contradicts this log: every answer is unknown until `touch` is called."""

        def work(connection: Connection) -> None:
            if connection.execute(CHAIN.update().where(CHAIN.c.distrust != reason).values(distrust=reason)).rowcount:
                changes.increment(connection)

        self._database.write_uncounted(work)

    def note_blocks(self, above: int, hashes: Mapping[int, bytes]) -> None:
        """Store hashes of blocks by number. What was stored above block `above` is no longer on the chain."""
        rows = [{"number": number, "hash": block_hash} for number, block_hash in hashes.items()]
        oldest = max(hashes, default=above) - MAX_BLOCKS

        def work(connection: Connection) -> None:
            connection.execute(BLOCKS.delete().where(BLOCKS.c.number > above))
            ADD_BLOCK.run(connection, rows)
            connection.execute(BLOCKS.delete().where(BLOCKS.c.number.between(1, oldest)))

        self._database.write_uncounted(work)

    def noted_blocks(self) -> list[tuple[int, bytes]]:
        """Number and hash of the stored blocks, newest first: the newest `MAX_BLOCKS` numbers, and block 0."""
        with self._database.session() as connection:
            rows = connection.execute(select(BLOCKS).order_by(BLOCKS.c.number.desc()))
            return [(row.number, row.hash) for row in rows]

    def pending_secrets(self, limit: int) -> list[tuple[bytes, bytes]]:
        """(core, secret) of each lock that a revocation opened here and that is not yet open on chain, oldest first."""
        query = select(MARKS.c.revocation).where(MARKS.c.block.is_(None), MARKS.c.revocation.is_not(None))
        with self._database.session() as connection:
            positions = connection.execute(query.order_by(MARKS.c.revocation).limit(limit)).scalars().all()
            return [_opening_of(connection, position) for position in positions]

    def revealed(self, marks: Sequence[RevocationMark]) -> None:
        """End every consent and delegation of a marked lock, whoever signed it, and of a marked digest or entry; also
        those that are accepted later. They stay ended even if the chain is reorganised. What is marked already is not
        written again.
        """
        new = self._unmarked({mark.key: mark for mark in marks})
        if not new:
            return

        def work(connection: Connection) -> None:
            ADD_MARK.run(connection, [{"key": mark.key, "block": mark.block} for mark in new])
            ended = statements.revocable_by_marks(Driver.of(connection), new)
            indexers.end_all(connection, ended, self._database.now())

        self._database.write(work)

    def _unmarked(self, marks: Mapping[bytes, RevocationMark]) -> list[RevocationMark]:
        """The marks that are not stored, in the order of their keys."""
        with self._database.autocommit() as driver:
            rows = [row for keys in chunks(marks) for row in KNOWN_MARKS.all(driver, {}, key=keys)]
        stored = {row.key: row.block for row in rows}
        return [mark for key, mark in sorted(marks.items()) if stored.get(key) != mark.block]

    def conceal(self, above: int) -> None:
        """Blocks above this number left the chain: their locks must be opened again; the revocations stay."""
        marks = MARKS.update().where(MARKS.c.block > above).values(block=None)
        self._database.write(lambda connection: connection.execute(marks))


def _set_head(connection: Connection, log: str, head: Head, block: int, is_rollback: bool) -> None:
    tree = Tree(connection, log)
    row = tree.head_row()
    if tree.head_at(head.size) != head or (head.size < row.anchored_size and not is_rollback):
        raise InvalidStatement(f"the {log} log never had that head of size {head.size}")
    values = {"anchored_size": head.size, "anchored_root": head.root, "anchored_block": block}
    connection.execute(HEADS.update().where(HEADS.c.log == log).values(**values))


def _opening_of(connection: Connection, position: int) -> tuple[bytes, bytes]:
    """Core and secret that the revocation at this position reveals."""
    revocation = statements.statement_at(Driver.of(connection), CONSENTS, position)
    if revocation is not None and isinstance(revocation.signed.statement, Revocation):
        ended = statements.by_entry(connection, CONSENTS, revocation.signed.statement.consent)
        if ended is not None:
            return ended.signed.entry.core, revocation.signed.statement.secret
    raise InvalidStatement("the index of secrets names a statement that is not in the log; rebuild the database")
