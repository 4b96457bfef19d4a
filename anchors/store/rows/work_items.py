"""Conversion between rows and `WorkItem`. Person and party are keyed hashes in the index; their full values, the body,
and ids that name people are sealed.
"""

from __future__ import annotations

from typing import Any

import orjson

from mydata_ledger.anchors.item_seal import ItemSeal
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.work_item import WorkItem


class WorkItemRows:
    """Rows under one seal. Every method raises SourceUnavailable if the store was opened without one."""

    def __init__(self, seal: ItemSeal | None) -> None:
        self._given = seal

    @property
    def seal(self) -> ItemSeal:
        """The seal of the store."""
        if self._given is None:
            raise SourceUnavailable("work items are sealed; open the database with the key of its keystore")
        return self._given

    def row_of(self, item: WorkItem) -> dict[str, Any]:
        """The row of a work item."""
        stored_id = self.seal.stored_id(item.kind, item.id)
        body = {"person": item.person.hex(), "party": item.party, "body": item.body}
        if stored_id != item.id:
            body["id"] = item.id.hex()
        return {
            "kind": item.kind,
            "id": stored_id,
            "person": self.seal.key(item.person),
            "party": self.seal.key(item.party),
            "state": item.state,
            "due": item.due,
            "version": item.version,
            "body": self.seal.seal(orjson.dumps(body), item.kind, stored_id, item.version),
        }

    def work_item_of(self, row: Any) -> WorkItem:
        """The work item of a row. Raises SourceUnavailable for a row that was altered or sealed under another key."""
        stored_id = bytes(row.id)
        raw = orjson.loads(self.seal.open(bytes(row.body), row.kind, stored_id, row.version))
        item_id = bytes.fromhex(raw["id"]) if "id" in raw else stored_id
        person = bytes.fromhex(raw["person"])
        return WorkItem(row.kind, item_id, person, raw["party"], row.state, row.due, raw["body"], row.version)
