"""Conversion between rows and `WorkItem`. The index has keys of person and party; the body has their full values."""

from __future__ import annotations

from typing import Any

import orjson

from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.ledger.work_item import WorkItem


def row_of(work_item: WorkItem) -> dict[str, Any]:
    """The row of a work item."""
    body = {"person": work_item.person.hex(), "party": work_item.party, "body": work_item.body}
    return {
        "kind": work_item.kind,
        "id": work_item.id,
        "person": key(work_item.person),
        "party": key(work_item.party),
        "state": work_item.state,
        "due": work_item.due,
        "version": work_item.version,
        "body": orjson.dumps(body),
    }


def work_item_of(row: Any) -> WorkItem:
    """The work item of a row."""
    raw = orjson.loads(row.body)
    person = bytes.fromhex(raw["person"])
    return WorkItem(row.kind, row.id, person, raw["party"], row.state, row.due, raw["body"], row.version)
