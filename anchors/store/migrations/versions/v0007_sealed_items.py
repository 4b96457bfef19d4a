"""Work items are sealed: bodies by AES-256-GCM, and names of people and parties, also in ids, by keyed hashes. Requests
that came from offers become invitations, which their requester does not see. The encoding of `ItemSeal` never changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.engine import Connection

from mydata_ledger.anchors.item_seal import SEALED, ItemSeal
from mydata_ledger.ledger.errors import SourceUnavailable

revision = "0007"
down_revision = "0006"
AT_ONCE = 1_000
PAGE = """SELECT kind, id, version, body FROM papers WHERE kind > :kind OR (kind = :kind AND id > :id)
ORDER BY kind, id LIMIT :most"""
SEAL = """UPDATE papers SET kind = :kind, id = :id, person = :person, party = :party, body = :body
WHERE kind = :old_kind AND id = :old_id"""


def upgrade() -> None:
    """Seal every row, in the transaction of the migration. Deleted bytes are overwritten in SQLite."""
    connection, seal = op.get_bind(), context.config.attributes.get("seal")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    for rows in _pages(connection):
        if seal is None:
            raise SourceUnavailable(
                "work items are sealed from this version on: start the server once, which has the key"
            )
        values = [_sealed(row, seal) for row in rows if bytes(row.body[:1]) != SEALED]
        if values:
            connection.execute(sa.text(SEAL), values)


def _pages(connection: Connection) -> Iterator[list[Any]]:
    """Pages of rows by kind and id. A row that was sealed may come again, under its new id."""
    values = {"kind": "", "id": b"", "most": AT_ONCE}
    while rows := list(connection.execute(sa.text(PAGE), values)):
        yield rows
        values |= {"kind": rows[-1].kind, "id": bytes(rows[-1].id)}


def _sealed(row: Any, seal: ItemSeal) -> dict[str, Any]:
    raw, item_id = orjson.loads(bytes(row.body)), bytes(row.id)
    kind = "invitation" if _is_of_offer(row.kind, item_id, raw["body"]) else row.kind
    stored_id = seal.stored_id(kind, item_id)
    if stored_id != item_id:
        raw["id"] = item_id.hex()
    return {
        "old_kind": row.kind,
        "old_id": row.id,
        "kind": kind,
        "id": stored_id,
        "person": seal.key(bytes.fromhex(raw["person"])),
        "party": seal.key(raw["party"]),
        "body": seal.seal(orjson.dumps(raw), kind, stored_id, row.version),
    }


def _is_of_offer(kind: str, item_id: bytes, body: dict[str, Any]) -> bool:
    """Ids of requests begin with their time; those that came from an offer were hashes."""
    return kind == "request" and int.from_bytes(item_id[:8], "big") != body["asked_at"]
