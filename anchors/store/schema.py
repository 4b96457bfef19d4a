"""The tables. Each log has two: its statements by position, and the inner nodes of its tree in order of creation, so
that both only ever grow at their end. Persons, grantees and categories stand in the indexes as 63-bit keys
(`codec.key`): compact, and `person` is what a cluster partitions by.
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
    inspect,
    select,
)
from sqlalchemy.engine import Connection

from anchors.store import migrations
from ledger.errors import SourceUnavailable
from ledger.merkle import EMPTY_ROOT
from ledger.receipt import LOGS

VERSION = "0002"
"""The last step of `migrations`; four digits, so that versions compare as texts do."""
METADATA = MetaData()
APPLIED = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own."""
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits: SQLite gives them to INTEGER, and its row ids only to that."""


def _statements(log: str) -> Table:
    table = Table(
        f"{log}_log",
        METADATA,
        Column("position", NUMBER, primary_key=True, autoincrement=False),
        Column("kind", SmallInteger, nullable=False),
        Column("accepted_at", NUMBER, nullable=False),
        Column("entry", LargeBinary, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("salt", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("lock", LargeBinary),
        Column("body", LargeBinary, nullable=False),
    )
    for column in (table.c.entry, table.c.digest):
        Index(f"{log}_by_{column.name}", func.substr(column, 1, 8))
    return table


def _tree(log: str) -> Table:
    return Table(
        f"{log}_tree",
        METADATA,
        Column("number", NUMBER, primary_key=True, autoincrement=False),
        Column("hash", LargeBinary, nullable=False),
    )


STATEMENTS = {log: _statements(log) for log in LOGS}
TREES = {log: _tree(log) for log in LOGS}

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
CONSENTS = Table(
    "consents",
    METADATA,
    Column("person", NUMBER, primary_key=True),
    Column("grantee", NUMBER, primary_key=True),
    Column("position", NUMBER, primary_key=True),
    Column("is_consent", Boolean, nullable=False),
    Column("superseded", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Index("consents_by_grantee", "grantee", "person"),
    sqlite_with_rowid=False,
)
USES = Table(
    "uses",
    METADATA,
    Column("consent", NUMBER, primary_key=True),
    Column("record", NUMBER, primary_key=True),
    Column("times", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)
"""By the keys of consent entry and record id; record -1 counts all."""
REVEALS = Table(
    "reveals",
    METADATA,
    Column("entry", LargeBinary, primary_key=True),
    Column("revocation", NUMBER),
    Column("block", NUMBER),
    Index("reveals_by_block", "block"),
    sqlite_with_rowid=False,
)
RECORDS = Table(
    "records",
    METADATA,
    Column("position", NUMBER, primary_key=True, autoincrement=False),
    Column("record", NUMBER, nullable=False, index=True),
    Column("person", NUMBER, nullable=False),
    Column("category", NUMBER, nullable=False),
    Column("superseded_by", LargeBinary),
    Column("erased", Boolean, nullable=False),
    Index("records_by_person", "person", "position"),
    Index("records_by_category", "category", "position"),
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
"""How many transactions wrote anything that an answer may rest on, beside receipts."""
PENDING = Table(
    "pending",
    METADATA,
    Column("start", NUMBER, primary_key=True, autoincrement=False),
    Column("count", NUMBER, nullable=False),
    Column("accepted_at", NUMBER, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Receipts that are durable and have their places in the access log, one group a row, until they are indexed."""
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
"""What was so beside the logs since the second `at`: log sizes on chain, parties, notices, reveals."""
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
PAPERS = Table(
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


def prepare(connection: Connection, now: int) -> None:
    """Make the tables in an empty database, whose memory begins `now` (UTC seconds), or bring up those of an earlier
    program.

    Nothing is changed where it raises SourceUnavailable: for tables a newer program made, or one before versions.
    """
    inspector = inspect(connection)
    if not inspector.has_table(APPLIED.name):
        if inspector.has_table(HEADS.name):
            raise SourceUnavailable("the database is older than its versions; rebuild it with `mydata recover`")
        _make(connection, now)
        return
    version = connection.execute(select(APPLIED.c.version_num)).scalar() or ""
    if version > VERSION:
        raise SourceUnavailable(f"the database has version {version}, this program {VERSION}; start the newer one")
    if version < VERSION:
        migrations.upgrade(connection)


def _make(connection: Connection, now: int) -> None:
    METADATA.create_all(connection)
    APPLIED.create(connection)
    connection.execute(APPLIED.insert().values(version_num=VERSION))
    connection.execute(CHAIN.insert().values(id=1, followed_at=0, distrust=""))
    connection.execute(CHANGES.insert().values(id=1, count=0))
    empty = {"size": 0, "peaks": b"", "anchored_size": 0, "anchored_root": EMPTY_ROOT, "anchored_block": 0}
    connection.execute(HEADS.insert(), [{"log": log, **empty} for log in LOGS])
    nothing = {"at": now, "kind": "head", "body": bytes(16)}
    connection.execute(PAST.insert(), [{"subject": log.encode(), **nothing} for log in LOGS])
