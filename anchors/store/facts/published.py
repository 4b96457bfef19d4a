"""Reads parties and published notices in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from mydata_ledger.anchors.store.db.prepared import Driver, PreparedQuery
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.schema import NOTICES
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party

NOTICE_COLUMNS = select(NOTICES.c.name, NOTICES.c.version, NOTICES.c.language, NOTICES.c.text, NOTICES.c.outdated)
NOTICE_BY_DIGEST = PreparedQuery(NOTICE_COLUMNS.where(NOTICES.c.digest == bindparam("digest")))


@dataclass(frozen=True, slots=True, eq=False)
class PublishedReader:
    """Reads parties and notices in the state of one transaction."""

    driver: Driver

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        return facts.party(self.driver, account)

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by the hash that is signed."""
        rows = NOTICE_BY_DIGEST.all(self.driver, {"digest": digest})
        return notice_of(rows[0]) if rows else None


def notice_of(row: Any) -> Notice:
    """The notice of a row."""
    return Notice(row.name, row.version, row.language, row.text, bool(row.outdated))
