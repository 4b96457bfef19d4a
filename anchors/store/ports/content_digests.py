"""The ContentDigests port over a database."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db.prepared import chunks
from mydata_ledger.anchors.store.digest_table import CONTENT_DIGESTS
from mydata_ledger.anchors.store.rows import content_digests
from mydata_ledger.anchors.store.schema import DRAFTS
from mydata_ledger.ledger.content_digest import DraftedContent


class ContentDigestStore:
    """Digests beside the index of records. The log counts and deletes them as it accepts issues and erasures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_holder(self, digests: Collection[bytes], holder: str) -> list[DraftedContent]:
        """The issued records of one holder with any of these digests."""
        with self._database.autocommit() as driver:
            return content_digests.of_holder(driver, digests, holder)

    def of_records(self, record_ids: Collection[bytes]) -> list[DraftedContent]:
        """The digests of those of these records that are issued and not erased."""
        with self._database.snapshot() as driver:
            return content_digests.of_issued(driver, record_ids)

    def forget_drafts(self, before: int) -> int:
        """Delete unsigned drafts that were made before a time, with their digests; returns how many."""
        old = select(CONTENT_DIGESTS.c.record_id).where(CONTENT_DIGESTS.c.drafted_at < before).distinct()
        with self._database.session() as connection:
            if not connection.execute(old.limit(1)).first():
                return 0
        return self._database.write_uncounted(lambda connection: _forget(connection, before))


def _forget(connection: Connection, before: int) -> int:
    is_old = CONTENT_DIGESTS.c.drafted_at < before
    found = select(CONTENT_DIGESTS.c.record_id).where(is_old).distinct()
    old = [row.record_id for row in connection.execute(found)]
    for chunk in chunks(old):
        connection.execute(DRAFTS.delete().where(DRAFTS.c.record_id.in_(chunk)))
    connection.execute(CONTENT_DIGESTS.delete().where(is_old))
    return len(old)
