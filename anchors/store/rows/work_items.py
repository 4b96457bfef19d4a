"""Work items between rows and `Paper`; person and party stand in the index by key and in the body whole."""

from __future__ import annotations

from typing import Any

import orjson

from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.ledger.work_item import WorkItem


def row_of(paper: WorkItem) -> dict[str, Any]:
    """The row of a work item."""
    body = {"person": paper.person.hex(), "party": paper.party, "body": paper.body}
    return {
        "kind": paper.kind,
        "id": paper.id,
        "person": key(paper.person),
        "party": key(paper.party),
        "state": paper.state,
        "due": paper.due,
        "version": paper.version,
        "body": orjson.dumps(body),
    }


def work_item_of(row: Any) -> WorkItem:
    """The work item of a row."""
    raw = orjson.loads(row.body)
    person = bytes.fromhex(raw["person"])
    return WorkItem(row.kind, row.id, person, raw["party"], row.state, row.due, raw["body"], row.version)
