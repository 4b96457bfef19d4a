"""Create, migrate or refuse a database when a program opens it."""

from __future__ import annotations

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.item_seal import ItemSeal
from mydata_ledger.anchors.store import migrations
from mydata_ledger.anchors.store.digest_table import CONTENT_DIGESTS
from mydata_ledger.anchors.store.schema import APPLIED, CHAIN, CHANGES, HEADS, PAST, VERSION
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.merkle import EMPTY_ROOT
from mydata_ledger.ledger.receipt import LOGS

SEALED_SINCE = "0007"


def prepare(connection: Connection, now: int, seal: ItemSeal | None = None) -> bool:
    """Create the tables of an empty database, or migrate those of an earlier program.

    Args:
        connection: A connection in a transaction.
        now: The time from which the history of a new database begins, in UTC seconds.
        seal: Seals the work items of an older database.

    Returns:
        True if rows were sealed, so that the file may still have parts of them in clear.

    Raises:
        SourceUnavailable: A newer program made the tables, or one before there were revisions; or there are work items
            to seal, and no seal. Nothing is changed.
    """
    inspector = inspect(connection)
    if not inspector.has_table(APPLIED.name):
        if inspector.has_table(HEADS.name):
            raise SourceUnavailable("the database is older than its versions; rebuild it with `mydata recover`")
        _make(connection, now)
        return False
    version = connection.execute(select(APPLIED.c.version_num)).scalar() or ""
    if version > VERSION:
        raise SourceUnavailable(f"the database has version {version}, this program {VERSION}; start the newer one")
    if version < VERSION:
        migrations.upgrade(connection, seal=seal)
    return version < SEALED_SINCE


def _make(connection: Connection, now: int) -> None:
    CONTENT_DIGESTS.metadata.create_all(connection)  # the tables of both modules
    APPLIED.create(connection)
    connection.execute(APPLIED.insert().values(version_num=VERSION))
    connection.execute(CHAIN.insert().values(id=1, followed_at=0, distrust=""))
    connection.execute(CHANGES.insert().values(id=1, count=0))
    empty = {"size": 0, "peaks": b"", "anchored_size": 0, "anchored_root": EMPTY_ROOT, "anchored_block": 0}
    connection.execute(HEADS.insert(), [{"log": log, **empty} for log in LOGS])
    nothing = {"at": now, "kind": "head", "body": bytes(16)}
    connection.execute(PAST.insert(), [{"subject": log.encode(), **nothing} for log in LOGS])
