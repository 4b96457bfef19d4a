"""Rows of the history: heads on chain, parties, notices and reveals, each valid from a second on."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import BulkChange
from mydata_ledger.anchors.store.schema import PAST
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports import AnchoredSize

HEAD, PARTY, NOTICE, REVEAL = "head", "party", "notice", "reveal"
OUTDATED = b"outdated"
ADD = BulkChange(PAST.insert().values({name: bindparam(name) for name in ("at", "kind", "subject", "body")}))
PastChange = tuple[bytes, bytes | None]
"""Subject and new value; None if the subject no longer exists or has no value."""


def record_changes(connection: Connection, at_time: int, kind: str, changes: Iterable[PastChange]) -> None:
    """Store changes that are valid from `at_time` (UTC seconds) on."""
    ADD.run(connection, [{"at": at_time, "kind": kind, "subject": subject, "body": body} for subject, body in changes])


def head_change(log: str, head: Head, block: int) -> PastChange:
    """The change to a new size of a log on chain."""
    return log.encode(), head.size.to_bytes(8, "big") + block.to_bytes(8, "big")


def sizes_of(body: bytes) -> AnchoredSize:
    """Decode the value that `head_change` encoded."""
    return AnchoredSize(int.from_bytes(body[:8], "big"), int.from_bytes(body[8:16], "big"))
