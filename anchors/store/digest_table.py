"""The table of content digests, beside those of `schema`."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, text

from mydata_ledger.anchors.store.schema import METADATA, NUMBER

CONTENT_DIGESTS = Table(
    "content_digests",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("holder", NUMBER, primary_key=True),
    Column("record_id", LargeBinary, primary_key=True),
    Column("copy", NUMBER, nullable=False),
    Column("drafted_at", NUMBER),
    Index("content_digests_by_record", "record_id"),
    Index(
        "content_digests_by_draft",
        "drafted_at",
        sqlite_where=text("drafted_at IS NOT NULL"),
        postgresql_where=text("drafted_at IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)
"""Digests of the contents of drafts and records, one for each key of its time (ADR 63). `holder` is the key of the
account. `drafted_at` is null once the record is issued. The key begins so that a look-up for one holder reads no row of
another.
"""
