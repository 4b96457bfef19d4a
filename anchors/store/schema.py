"""The tables. Each log has two: its statements by position, and the inner nodes of its tree in order of creation, so
both are append-only. The indexes hold persons, grantees and categories as 63-bit keys (`codec.key`). A cluster can
partition by `person`.

Most statements are consents, so their rows are the smallest: terms that many consents share are stored once in
`common`. The entry of a consent is computed from its row; only its key is stored (ADR 27).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    func,
)

from mydata_ledger.ledger.receipt import CONSENTS as CONSENTS_LOG
from mydata_ledger.ledger.receipt import LOGS

VERSION = "0009"
"""The newest revision in `migrations`; four digits, so that versions compare as texts."""
METADATA = MetaData()
APPLIED = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's table of the applied revision."""
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit integer. In SQLite it must be INTEGER: only that type can be the row id."""


def _statement_table(log: str) -> Table:
    special = Column("common", NUMBER) if log == CONSENTS_LOG else Column("entry", LargeBinary, nullable=False)
    table = Table(
        f"{log}_log",
        METADATA,
        Column("position", NUMBER, primary_key=True, autoincrement=False),
        Column("kind", SmallInteger, nullable=False),
        Column("accepted_at", NUMBER, nullable=False),
        special,
        Column("digest", LargeBinary, nullable=False),
        Column("salt", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("lock", LargeBinary),
        Column("body", LargeBinary, nullable=False),
    )
    if log != CONSENTS_LOG:
        for column in (table.c.entry, table.c.digest):
            Index(f"{log}_by_{column.name}", func.substr(column, 1, 8))
    return table


def _tree_table(log: str) -> Table:
    return Table(
        f"{log}_tree",
        METADATA,
        Column("number", NUMBER, primary_key=True, autoincrement=False),
        Column("hash", LargeBinary, nullable=False),
    )


STATEMENTS = {log: _statement_table(log) for log in LOGS}
TREES = {log: _tree_table(log) for log in LOGS}
COMMON = Table(
    "common",
    METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("key", NUMBER, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)
"""Terms of consents, each stored once and numbered in order of arrival. A cluster copies this table to every node."""
ENTRIES = Table(
    "consents_entries",
    METADATA,
    Column("entry", NUMBER, primary_key=True),
    Column("position", NUMBER, primary_key=True),
    sqlite_with_rowid=False,
)
"""Positions in the consents log by the first 63 bits of the entry, and for consents and delegations by the complement
of the first 63 bits of the lock, or of the digest where there is no lock. The complement is negative, so that whoever
chooses a lock cannot slow the search for an entry.
"""

HEADS = Table(
    "heads",
    METADATA,
    Column("log", Text, primary_key=True),
    Column("size", NUMBER, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("anchored_size", NUMBER, nullable=False),
    Column("anchored_root", LargeBinary, nullable=False),
    Column("anchored_block", NUMBER, nullable=False),
)
CHAIN = Table(
    "chain",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("followed_at", NUMBER, nullable=False),
    Column("distrust", Text, nullable=False),
)
BLOCKS = Table(
    "blocks",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
CONSENT_STATE = ("is_consent", "superseded", "revoked", "key_check", "terms_id", "opens", "closes")
CONSENTS = Table(
    "consents",
    METADATA,
    Column("person", NUMBER, primary_key=True),
    Column("grantee", NUMBER, primary_key=True),
    Column("position", NUMBER, primary_key=True),
    Column("is_consent", Boolean, nullable=False),
    Column("superseded", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("witness", NUMBER, key="key_check", nullable=False),
    Column("alike", NUMBER, key="terms_id"),
    Column("opens", NUMBER, nullable=False),
    Column("closes", NUMBER),
    Index("consents_by_grantee", "grantee", "person", "position", *CONSENT_STATE),
    sqlite_with_rowid=False,
)
"""The index covers every column, so a query of the index does not read the table.

`terms_id` (on disk `alike`) is the id in `common`, set only if the terms, the window and the state of the consent alone
decide what it permits (`equivalence.shared_window`). `closes` is null if the consent never ends. `key_check` (on disk
`witness`) is the next 63 bits after the person's key: it tells two persons with the same key apart.
"""
USES = Table(
    "uses",
    METADATA,
    Column("consent", NUMBER, primary_key=True),
    Column("record", NUMBER, primary_key=True),
    Column("times", NUMBER, nullable=False),
    Column("latest", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)
"""Use counts by the keys of consent entry and record id; record -1 counts all records. `latest` is in UTC seconds."""
MARKS = Table(
    "marks",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("revocation", NUMBER),
    Column("block", NUMBER),
    Index("marks_by_block", "block"),
    sqlite_with_rowid=False,
)
"""Marks of revocation by lock or digest, or by entry where they are of before ADR 47: the position of the first
revocation here that opened the lock, and the block of the mark on chain.
"""
RECORDS = Table(
    "records",
    METADATA,
    Column("person", NUMBER, primary_key=True),
    Column("position", NUMBER, primary_key=True),
    Column("record", NUMBER, nullable=False),
    Column("record_id", LargeBinary, nullable=False),
    Column("witness", NUMBER, key="key_check", nullable=False),
    Column("category", NUMBER, nullable=False),
    Column("superseded_by", LargeBinary),
    Column("erased", Boolean, nullable=False),
    Index("records_by_record", "record", "erased", "superseded_by"),
    sqlite_with_rowid=False,
)
RECEIPTS = Table(
    "receipts",
    METADATA,
    Column("position", NUMBER, primary_key=True, autoincrement=False),
    Column("person", NUMBER),
    Column("requester", NUMBER),
    Index("receipts_by_person", "person", "position"),
    Index("receipts_by_requester", "requester", "position"),
)
CHANGES = Table(
    "changes",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("count", NUMBER, nullable=False),
)
"""The number of transactions that wrote data on which answers may depend, without those that wrote only receipts."""
PENDING = Table(
    "pending",
    METADATA,
    Column("start", NUMBER, primary_key=True, autoincrement=False),
    Column("count", NUMBER, nullable=False),
    Column("accepted_at", NUMBER, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Receipts that are durable and have positions in the access log, but are not indexed yet; one group per row."""
PAST = Table(
    "past",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("at", NUMBER, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Index("past_by_subject", "kind", "subject", "at"),
)
"""History of log sizes on chain, parties, notices and ends by marks; each row is valid from `at` (UTC seconds)."""
PARTIES = Table("parties", METADATA, Column("account", Text, primary_key=True), Column("body", LargeBinary))
NOTICES = Table(
    "notices",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", NUMBER, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("outdated", Boolean, nullable=False),
)
DRAFTS = Table("drafts", METADATA, Column("record_id", LargeBinary, primary_key=True), Column("body", LargeBinary))
WORK_ITEMS = Table(
    "papers",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("id", LargeBinary, primary_key=True),
    Column("person", NUMBER, nullable=False),
    Column("party", NUMBER, nullable=False),
    Column("state", Text, nullable=False),
    Column("due", NUMBER, nullable=False),
    Column("version", NUMBER, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("papers_by_person", "kind", "person", "id"),
    Index("papers_by_party", "kind", "party", "id"),
    Index("papers_by_due", "kind", "state", "due"),
)
CHALLENGES = Table(
    "challenges", METADATA, Column("nonce", LargeBinary, primary_key=True), Column("expires", NUMBER, nullable=False)
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token", LargeBinary, primary_key=True),
    Column("signer", LargeBinary, nullable=False),
    Column("expires", NUMBER, nullable=False),
)
