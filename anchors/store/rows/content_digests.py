"""Rows of content digests: stored with drafts, counted from the issue of the record, deleted with its erasure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, null, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange, Driver, ListQuery, chunks
from mydata_ledger.anchors.store.digest_table import CONTENT_DIGESTS
from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.anchors.store.rows.records import standing_ids
from mydata_ledger.ledger.content_digest import REPEATED, DraftedContent
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.self_declared import source_of

ROWS = select(CONTENT_DIGESTS)
OF_RECORDS = ListQuery(ROWS, record_id=CONTENT_DIGESTS.c.record_id)
OF_HOLDER = ListQuery(
    ROWS.where(CONTENT_DIGESTS.c.holder == bindparam("of_holder"), CONTENT_DIGESTS.c.drafted_at.is_(None)),
    digest=CONTENT_DIGESTS.c.digest,
)
ADD = BulkChange(CONTENT_DIGESTS.insert())
OF_RECORD = CONTENT_DIGESTS.c.record_id == bindparam("which")
ISSUED = BulkChange(CONTENT_DIGESTS.update().where(OF_RECORD).values(drafted_at=null()))


def rows_of(digested: Iterable[DraftedContent], drafted_at: int | None) -> list[dict[str, Any]]:
    """One row for each digest."""
    return [
        {
            "digest": digest,
            "holder": key(content.holder),
            "record_id": content.record_id,
            "copy": content.copy,
            "drafted_at": drafted_at,
        }
        for content in digested
        for digest in content.digests
    ]


def of_holder(driver: Driver, digests: Collection[bytes], holder: str) -> list[DraftedContent]:
    """The issued records of one holder with any of these digests."""
    values = {"of_holder": key(holder)}
    rows = [row for chunk in chunks(digests) for row in OF_HOLDER.all(driver, values, digest=chunk)]
    return _grouped(rows, holder)


def of_records(driver: Driver, record_ids: Iterable[bytes]) -> list[Any]:
    """The rows of these records, drafts too."""
    return [row for chunk in chunks(record_ids) for row in OF_RECORDS.all(driver, {}, record_id=chunk)]


def of_issued(driver: Driver, record_ids: Iterable[bytes]) -> list[DraftedContent]:
    """The digests of those of these records that are issued; the holder is left empty."""
    return _grouped([row for row in of_records(driver, record_ids) if row.drafted_at is None], "")


def _grouped(rows: Iterable[Any], holder: str) -> list[DraftedContent]:
    by_record = defaultdict[bytes, list[Any]](list)
    for row in rows:
        by_record[bytes(row.record_id)].append(row)
    return [
        DraftedContent(record, holder, tuple(bytes(row.digest) for row in own), own[0].copy)
        for record, own in by_record.items()
    ]


def check_new(connection: Connection, added: Sequence[LoggedStatement]) -> None:
    """Raise InvalidStatement if an issue repeats a standing record, or another of these issues: equal holder, digest
    and copy. The record that an issue supersedes may be repeated.
    """
    issues = {i.record_id: i for logged in added if isinstance(i := logged.signed.statement, Issue)}
    drafts = of_records(Driver.of(connection), issues)
    seen: dict[tuple[bytes, int, int], bytes] = {}
    for source in {source_of(issues[bytes(row.record_id)]) for row in drafts}:
        digests = {bytes(row.digest) for row in drafts if row.holder == key(source)}
        seen |= _standing(connection, digests, source)
    for row in drafts:
        record_id = bytes(row.record_id)
        earlier = seen.setdefault(_name(row), record_id)
        if earlier not in {record_id, issues[record_id].supersedes}:
            raise InvalidStatement(REPEATED.format(earlier.hex()))


def _standing(connection: Connection, digests: Collection[bytes], holder: str) -> dict[tuple[bytes, int, int], bytes]:
    """The ids of the holder's standing records with any of these digests, by digest, holder and copy."""
    driver, values = Driver.of(connection), {"of_holder": key(holder)}
    rows = [row for chunk in chunks(digests) for row in OF_HOLDER.all(driver, values, digest=chunk)]
    standing = standing_ids(connection, {bytes(row.record_id) for row in rows})
    return {_name(row): bytes(row.record_id) for row in rows if bytes(row.record_id) in standing}


def _name(row: Any) -> tuple[bytes, int, int]:
    return bytes(row.digest), row.holder, row.copy


def index(connection: Connection, added: Sequence[LoggedStatement]) -> None:
    """Count the digests of issued records, delete those of erased ones."""
    statements = [logged.signed.statement for logged in added]
    ISSUED.run(connection, [{"which": issue.record_id} for issue in statements if isinstance(issue, Issue)])
    erased = [erasure.record_id for erasure in statements if isinstance(erasure, Erasure)]
    delete(connection, erased)


def delete(connection: Connection, record_ids: Iterable[bytes]) -> None:
    """Delete the digests of these records."""
    for chunk in chunks(record_ids):
        connection.execute(CONTENT_DIGESTS.delete().where(CONTENT_DIGESTS.c.record_id.in_(chunk)))
