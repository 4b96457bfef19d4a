"""Export of statements and work items in order, and their restore: the base of a recovery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db.prepared import Upsert
from mydata_ledger.anchors.store.digest_table import CONTENT_DIGESTS
from mydata_ledger.anchors.store.log.accept import write
from mydata_ledger.anchors.store.log.indexers import WithPredecessor
from mydata_ledger.anchors.store.log.tree import Tree
from mydata_ledger.anchors.store.log.versions import VersionChain
from mydata_ledger.anchors.store.rows import content_digests, statements
from mydata_ledger.anchors.store.rows.work_items import WorkItemRows
from mydata_ledger.anchors.store.schema import (
    CHAIN,
    COMMON,
    CONSENTS,
    ENTRIES,
    HEADS,
    MARKS,
    NOTICES,
    RECEIPTS,
    RECORDS,
    STATEMENTS,
    TREES,
    USES,
    WORK_ITEMS,
)
from mydata_ledger.ledger.content_digest import DraftedContent
from mydata_ledger.ledger.errors import IntegrityFailure
from mydata_ledger.ledger.receipt import CONSENTS as CONSENTS_LOG
from mydata_ledger.ledger.receipt import LOGS, LoggedStatement
from mydata_ledger.ledger.work_item import WorkItem

SAVE_WORK_ITEMS = Upsert(
    WORK_ITEMS, lambda new: {name: getattr(new, name) for name in ("state", "due", "version", "body")}
)
LOG_TABLES = (*STATEMENTS.values(), *TREES.values(), COMMON, ENTRIES)
STATE_TABLES = (*LOG_TABLES, CONSENTS, RECORDS, RECEIPTS, USES, MARKS, NOTICES, WORK_ITEMS)
"""Tables whose rows follow from accepted statements; data of one machine (sessions, blocks) is not among them."""
ROWS_AT_ONCE = 10_000


class RebuildingStore:
    """Exports and restores statements and work items."""

    def __init__(self, database: Database, rows: WorkItemRows) -> None:
        self._database, self._rows = database, rows

    def statements(self, log: str, start: int, limit: int) -> list[LoggedStatement]:
        """Statements from position `start`."""
        table = STATEMENTS[log]
        query = (
            statements.select_statements(log).where(table.c.position >= start).order_by(table.c.position).limit(limit)
        )
        with self._database.session(log) as connection:
            return [statements.logged_of(row) for row in connection.execute(query)]

    def all_work_items(self, after: tuple[str, bytes], limit: int) -> list[WorkItem]:
        """Work items of every kind, in the order of (kind, id), above `after`."""
        kind, item_id = after
        above = tuple_(WORK_ITEMS.c.kind, WORK_ITEMS.c.id) > tuple_(kind, self._rows.seal.stored_id(kind, item_id))
        query = select(WORK_ITEMS).where(above).order_by(WORK_ITEMS.c.kind, WORK_ITEMS.c.id).limit(limit)
        with self._database.session() as connection:
            return [self._rows.work_item_of(row) for row in connection.execute(query)]

    def restore(self, log: str, logged: Sequence[LoggedStatement]) -> None:
        """Append statements at their old positions. Raises IntegrityFailure if these are not the next ones."""
        self._database.write(lambda connection: _restore(connection, log, logged))

    def restore_work_items(self, items: Iterable[WorkItem]) -> None:
        """Store work items as they were; existing ones are overwritten."""
        rows = [self._rows.row_of(work_item) for work_item in items]
        self._database.write_uncounted(lambda connection: SAVE_WORK_ITEMS.run(connection, rows))

    def clear_digests(self) -> None:
        """Delete the content digests of all issued records, before `restore_digests`."""
        is_issued = CONTENT_DIGESTS.c.drafted_at.is_(None)
        self._database.write_uncounted(lambda connection: connection.execute(CONTENT_DIGESTS.delete().where(is_issued)))

    def restore_digests(self, digested: Sequence[DraftedContent]) -> None:
        """Store content digests of issued records that have none."""
        rows = content_digests.rows_of(digested, None)
        self._database.write_uncounted(lambda connection: content_digests.ADD.run(connection, rows))

    def state_hash(self) -> bytes:
        """SHA-256 over all data that follows from logs, work items and notices."""
        with self._database.session(LOGS[-1]) as connection:
            state = sha256()
            for table in STATE_TABLES:
                for row in _in_order(connection, table):
                    # equal work items are sealed differently each time
                    content = self._rows.work_item_of(row) if table is WORK_ITEMS else tuple(row)
                    state.update(repr(content).encode())
            for head in connection.execute(select(HEADS.c.log, HEADS.c.size, HEADS.c.peaks).order_by(HEADS.c.log)):
                state.update(repr(tuple(head)).encode())
            state.update(repr(connection.execute(select(CHAIN.c.distrust)).scalar()).encode())
            return state.digest()


def _in_order(connection: Connection, table: Table) -> Any:
    keys = list(table.primary_key.columns)
    return connection.execute(select(table).order_by(*keys), execution_options={"yield_per": ROWS_AT_ONCE})


def _restore(connection: Connection, log: str, logged: Sequence[LoggedStatement]) -> None:
    size = Tree(connection, log).head_row().size
    if [statement.position for statement in logged] != list(range(size, size + len(logged))):
        raise IntegrityFailure(f"the {log} log has {size} statements; what comes next is not what is restored")
    if logged:
        write(connection, log, _with_predecessors(connection, log, logged), statements.rows_of(connection, log, logged))


def _with_predecessors(connection: Connection, log: str, logged: Sequence[LoggedStatement]) -> list[WithPredecessor]:
    """Each statement with its predecessor; the order was checked when they were accepted."""
    if log != CONSENTS_LOG:
        return [(statement, None) for statement in logged]
    versions = VersionChain(connection)
    return [(statement, versions.follow_unchecked(statement)) for statement in logged]
