"""Queue of receipts that are durable but not indexed yet. One row holds a group of receipts with fixed positions.

An answer waits for one small write and one sync. Statements, tree and indexes are written later, in larger groups and
exactly once, by any process (ADR 15). A reader of the access log indexes pending receipts first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, PreparedQuery
from mydata_ledger.anchors.store.log.accept import write
from mydata_ledger.anchors.store.rows.codec import KINDS, decode, encode, pack, unpack
from mydata_ledger.anchors.store.rows.statements import RowValues
from mydata_ledger.anchors.store.schema import HEADS, PENDING
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement, SignedStatement

RECEIPT = KINDS.index(AccessReceipt)
PARTS_OF_RECEIPT = 4
"""Parts of one stored receipt: digest, signature, salt, statement."""
BATCH_SIZE = 250
"""About how many receipts one transaction indexes; it indexes whole groups."""
ADD = BulkChange(PENDING.insert())
NEWEST_GROUP = PreparedQuery(select(PENDING.c.start, PENDING.c.count).order_by(PENDING.c.start.desc()).limit(1))
INDEXED_SIZE = PreparedQuery(select(HEADS.c.size).where(HEADS.c.log == bindparam("log")))
GROUP_AROUND = PreparedQuery(
    select(PENDING).where(PENDING.c.start <= bindparam("position")).order_by(PENDING.c.start.desc()).limit(1)
)
OLDEST_GROUPS = PreparedQuery(
    select(PENDING.c.start, PENDING.c.count).order_by(PENDING.c.start).limit(bindparam("most"))
)
GROUPS_UP_TO = PreparedQuery(select(PENDING).where(PENDING.c.start <= bindparam("last")).order_by(PENDING.c.start))


def put(connection: Connection, receipts: Sequence[SignedStatement], accepted_at: int) -> list[LoggedStatement]:
    """Store receipts at the next positions of the access log; durable once the transaction is."""
    start = end(Driver.of(connection))
    body = pack(part for signed in receipts for part in _parts(signed))
    row = {"start": start, "count": len(receipts), "accepted_at": accepted_at, "body": body}
    ADD.run(connection, [row])
    return [LoggedStatement(signed, start + n, accepted_at) for n, signed in enumerate(receipts)]


def end(driver: Driver) -> int:
    """The size of the access log with pending receipts."""
    newest = NEWEST_GROUP.all(driver, {})
    return newest[0].start + newest[0].count if newest else indexed_size(driver)


def indexed_size(driver: Driver) -> int:
    """The size of the access log without pending receipts."""
    size: int = INDEXED_SIZE.all(driver, {"log": ACCESS})[0].size
    return size


def find_many(driver: Driver, positions: Sequence[int]) -> dict[int, LoggedStatement]:
    """The pending receipts at these positions, by position; each group of receipts is read once."""
    found: dict[int, LoggedStatement] = {}
    for position in positions:
        for row in GROUP_AROUND.all(driver, {"position": position}) if position not in found else ():
            numbers = [other - row.start for other in positions if row.start <= other < row.start + row.count]
            found |= {logged.position: logged for logged, _ in _receipts(row, numbers)}
    return found


def settle(connection: Connection, most: int = BATCH_SIZE) -> bool:
    """Index the oldest groups, with at least `most` receipts if so many are pending.

    Returns:
        True if more receipts may be pending.

    Raises:
        SourceUnavailable: Their positions are not the next ones of the log; another writer used them.
    """
    driver = Driver.of(connection)
    groups, size = OLDEST_GROUPS.all(driver, {"most": most}), indexed_size(driver)
    if not groups:
        return False
    if groups[0].start != size:
        raise SourceUnavailable("pending receipts have positions that are in use; rebuild the database")
    last = next((group for group in groups if group.start + group.count - size >= most), groups[-1])
    rows = GROUPS_UP_TO.all(driver, {"last": last.start})
    receipts = [(logged, body) for row in rows for logged, body in _receipts(row)]
    write(
        connection,
        ACCESS,
        [(logged, None) for logged, _ in receipts],
        [_row(logged, body) for logged, body in receipts],
    )
    connection.execute(PENDING.delete().where(PENDING.c.start <= last.start))
    return last is not groups[-1] or len(groups) == most


def settle_all(connection: Connection) -> None:
    """Index everything that is pending."""
    while settle(connection):
        continue


def _parts(signed: SignedStatement) -> tuple[bytes, ...]:
    entry = signed.entry
    return entry.digest, entry.signature, entry.salt, encode(signed.statement)


def _row(logged: LoggedStatement, body: bytes) -> RowValues:
    """The row of a receipt, as from `statements.rows_of`, without encoding the statement again."""
    entry = logged.signed.entry
    return {
        "position": logged.position,
        "kind": RECEIPT,
        "accepted_at": logged.accepted_at,
        "entry": entry.entry,
        "digest": entry.digest,
        "salt": entry.salt,
        "signature": entry.signature,
        "lock": None,
        "body": body,
    }


def _receipts(row: Any, numbers: Iterable[int] | None = None) -> Iterator[tuple[LoggedStatement, bytes]]:
    """The receipts of a group with these numbers in it, or all, each with the stored bytes of its statement."""
    parts = unpack(row.body)
    for n in range(row.count) if numbers is None else numbers:
        digest, signature, salt, body = parts[PARTS_OF_RECEIPT * n : PARTS_OF_RECEIPT * (n + 1)]
        signed = SignedStatement(decode(RECEIPT, body), Entry(digest, signature, salt))
        yield LoggedStatement(signed, row.start + n, row.accepted_at), body
