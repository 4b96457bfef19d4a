"""Rows that say since when something was so: heads on chain, parties, notices, reveals."""

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
"""What it is about, and what is so of it from now on; None is that it is no more."""


def record_changes(connection: Connection, at_time: int, kind: str, changes: Iterable[PastChange]) -> None:
    """Remember, from `at` on."""
    ADD.run(connection, [{"at": at_time, "kind": kind, "subject": subject, "body": body} for subject, body in changes])


def head_change(log: str, head: Head, block: int) -> PastChange:
    """A log's size on chain."""
    return log.encode(), head.size.to_bytes(8, "big") + block.to_bytes(8, "big")


def sizes_of(body: bytes) -> AnchoredSize:
    """The sizes that `head_change` wrote."""
    return AnchoredSize(int.from_bytes(body[:8], "big"), int.from_bytes(body[8:16], "big"))
