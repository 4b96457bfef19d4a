"""The content of a segment: statements in the encoding of the database, notices and work items as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from mydata_ledger.anchors.store.rows.codec import decode, encode, kind_of, pack, unpack
from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.errors import IntegrityFailure
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.receipt import LoggedStatement, SignedStatement
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.work_item import WorkItem

PARTS = 6
SEGMENT_BROKEN = "a segment of the journal does not hold what the manifest says"


def write_statements(logged: Iterable[LoggedStatement]) -> bytes:
    """Encode statements one after another, without their digests, which can be computed from the rest."""
    return pack(part for statement in logged for part in _parts(statement))


def _parts(logged: LoggedStatement) -> tuple[bytes, ...]:
    statement, entry = logged.signed.statement, logged.signed.entry
    accepted_at = logged.accepted_at.to_bytes(8, "big")
    return bytes([kind_of(statement)]), accepted_at, entry.salt, entry.signature, entry.lock, encode(statement)


def read_statements(blob: bytes, start: int, domain: Domain) -> list[LoggedStatement]:
    """Decode statements, of which the first has position `start`; digests are computed. Raises IntegrityFailure."""
    try:
        parts = unpack(blob)
        groups = [parts[index : index + PARTS] for index in range(0, len(parts), PARTS)]
        return [_logged(group, start + number, domain) for number, group in enumerate(groups)]
    except (ValueError, IndexError, UnicodeDecodeError, OverflowError) as error:
        raise IntegrityFailure(SEGMENT_BROKEN) from error


def _logged(parts: Sequence[bytes], position: int, domain: Domain) -> LoggedStatement:
    kind, accepted_at, salt, signature, lock, body = parts
    statement = decode(kind[0], body)
    entry = Entry(typed_data.digest(statement, domain), signature, salt, lock)
    return LoggedStatement(SignedStatement(statement, entry), position, int.from_bytes(accepted_at, "big"))


def write_notices(notices: Iterable[Notice]) -> bytes:
    """Encode notices as JSON."""
    return orjson.dumps([asdict(notice) for notice in notices])


def read_notices(blob: bytes) -> list[Notice]:
    """Decode notices."""
    return [Notice(**fields) for fields in orjson.loads(blob)]


def write_work_items(work_items: Iterable[WorkItem]) -> bytes:
    """Encode work items as JSON."""
    return orjson.dumps([_item_to_json(item) for item in work_items])


def _item_to_json(item: WorkItem) -> dict[str, Any]:
    return {**asdict(item), "id": item.id.hex(), "person": item.person.hex()}


def read_work_items(blob: bytes) -> list[WorkItem]:
    """Decode work items, each in the version that was written."""
    binary = ("id", "person")
    return [WorkItem(**item | {name: bytes.fromhex(item[name]) for name in binary}) for item in orjson.loads(blob)]
