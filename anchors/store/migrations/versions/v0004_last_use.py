"""The time of the last use of a consent: uses are counted again from the receipts. Consents with an interval
(`every-days`) are decided one by one from now on.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.rows.codec import decode, key
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.receipt import AccessReceipt

revision = "0004"
down_revision = "0003"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 5_000
ALL_RECORDS, CONSENT, RECEIPT = -1, 0, 4
Counted = dict[tuple[int, int], tuple[int, int]]


def upgrade() -> None:
    """Create the table again and fill it; pending receipts are counted too."""
    op.drop_table("uses")
    op.create_table(
        "uses",
        *(sa.Column(name, NUMBER, nullable=False) for name in ("consent", "record", "times", "latest")),
        sa.PrimaryKeyConstraint("consent", "record"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    for bodies in _pages(connection):
        counted = _counted(bodies)
        rows = [dict(zip(("consent", "record", "times", "latest"), (*k, *v), strict=True)) for k, v in counted.items()]
        if rows:
            connection.execute(sa.text(COUNT), rows)
    _decide_alone(connection)


COUNT = """INSERT INTO uses (consent, record, times, latest) VALUES (:consent, :record, :times, :latest)
ON CONFLICT (consent, record) DO UPDATE SET times = uses.times + excluded.times,
latest = CASE WHEN excluded.latest > uses.latest THEN excluded.latest ELSE uses.latest END"""
RECEIPTS = """SELECT position, body FROM access_log
WHERE kind = :kind AND position > :start ORDER BY position LIMIT :most"""


def _pages(connection: Connection) -> Iterator[list[bytes]]:
    """Pages of encoded receipts."""
    values = {"kind": RECEIPT, "most": AT_ONCE, "start": -1}
    while rows := list(connection.execute(sa.text(RECEIPTS), values)):
        yield [row.body for row in rows]
        values["start"] = rows[-1].position


def _counted(bodies: list[bytes]) -> Counted:
    """Times and latest second of each pair of consent and record, and of each consent and all records."""
    counted: Counted = {}
    for receipt in (decode(RECEIPT, body) for body in bodies):
        if isinstance(receipt, AccessReceipt) and receipt.permitted:
            record_keys = key(receipt.record_id), ALL_RECORDS
            pairs = [(key(entry), record) for entry in receipt.consents for record in record_keys]
            for pair in pairs:
                times, latest = counted.get(pair, (0, 0))
                counted[pair] = times + 1, max(latest, receipt.decided_at)
    return counted


def _decide_alone(connection: Connection) -> None:
    """Consents with that condition are decided one by one: remove their id of shared terms."""
    terms_ids = [row.id for row in connection.execute(sa.text("SELECT id, body FROM common")) if _is_periodic(row.body)]
    if terms_ids:
        update = sa.text("UPDATE consents SET alike = NULL, opens = 0, closes = NULL WHERE alike = :id")
        connection.execute(update, [{"id": terms_id} for terms_id in terms_ids])


def _is_periodic(body: bytes) -> bool:
    consent = decode(CONSENT, body)
    grants = consent.grants if isinstance(consent, Consent) else ()
    return any(text.partition(":")[0] == "every-days" for grant in grants for text in grant.conditions)
