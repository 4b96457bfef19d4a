"""The Anchoring port over a database: what notary and follower read of the logs, and record of the chain."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.ports import MAX_BLOCKS
from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db import changes
from mydata_ledger.anchors.store.db.prepared import Driver, ListQuery, Upsert, chunks
from mydata_ledger.anchors.store.log import indexers
from mydata_ledger.anchors.store.log.tree import Tree
from mydata_ledger.anchors.store.rows import past, statements
from mydata_ledger.anchors.store.schema import BLOCKS, CHAIN, HEADS, REVEALS, STATEMENTS
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.consent import Revocation
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import CONSENTS

ADD_BLOCK = Upsert(BLOCKS, lambda new: {"hash": new.hash})
ADD_REVEAL = Upsert(REVEALS, lambda new: {"block": new.block}, "block")
REVEALED = ListQuery(select(REVEALS.c.entry, REVEALS.c.block), entry=REVEALS.c.entry)


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
        self._database.write(lambda connection: connection.execute(CHAIN.update().values(distrust=reason)))

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

    def pending_secrets(self, limit: int) -> list[tuple[bytes, bytes, bytes]]:
        """(entry, core, secret) of revoked consents whose lock is not yet opened on chain, oldest first."""
        query = select(REVEALS).where(REVEALS.c.block.is_(None), REVEALS.c.revocation.is_not(None))
        with self._database.session() as connection:
            rows = connection.execute(query.order_by(REVEALS.c.revocation).limit(limit)).all()
            return [_secret_of(connection, row.entry, row.revocation) for row in rows]

    def revealed(self, reveals: Mapping[bytes, int]) -> None:
        """Mark consents as revoked on chain; `reveals` maps each consent entry to the block of its revocation.

        They stay revoked even if the chain is reorganised. What is marked already is not written again.
        """
        in_order = dict(sorted(self._unmarked(reveals).items()))
        if not in_order:
            return

        def work(connection: Connection) -> None:
            _reveal(connection, in_order)
            past.record_changes(connection, self._database.now(), past.REVEAL, [(entry, b"") for entry in in_order])

        self._database.write(work)

    def _unmarked(self, reveals: Mapping[bytes, int]) -> dict[bytes, int]:
        with self._database.autocommit() as driver:
            rows = [row for entries in chunks(reveals) for row in REVEALED.all(driver, {}, entry=entries)]
        marked = {row.entry: row.block for row in rows}
        return {entry: block for entry, block in reveals.items() if marked.get(entry) != block}

    def conceal(self, above: int) -> None:
        """Blocks above this number left the chain: their secrets must be revealed again; the revocations stay."""
        secrets = REVEALS.update().where(REVEALS.c.block > above).values(block=None)
        self._database.write(lambda connection: connection.execute(secrets))


def _set_head(connection: Connection, log: str, head: Head, block: int, is_rollback: bool) -> None:
    tree = Tree(connection, log)
    row = tree.head_row()
    if tree.head_at(head.size) != head or (head.size < row.anchored_size and not is_rollback):
        raise InvalidStatement(f"the {log} log never had that head of size {head.size}")
    values = {"anchored_size": head.size, "anchored_root": head.root, "anchored_block": block}
    connection.execute(HEADS.update().where(HEADS.c.log == log).values(**values))


def _secret_of(connection: Connection, entry: bytes, revocation: int) -> tuple[bytes, bytes, bytes]:
    revoked, logged = (
        statements.by_entry(connection, CONSENTS, entry),
        statements.statement_at(Driver.of(connection), CONSENTS, revocation),
    )
    if revoked is None or logged is None or not isinstance(logged.signed.statement, Revocation):
        raise InvalidStatement("the index of secrets names a statement that is not in the log; rebuild the database")
    return entry, revoked.signed.entry.core, logged.signed.statement.secret


def _reveal(connection: Connection, reveals: Mapping[bytes, int]) -> None:
    ADD_REVEAL.run(connection, [{"entry": entry, "block": block} for entry, block in reveals.items()])
    indexers.revoke_all(connection, statements.revocable_by_entries(Driver.of(connection), reveals))
