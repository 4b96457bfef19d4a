"""What stands on a sheet: statements as the database keeps them, notices and papers as JSON."""

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
BROKEN = "a sheet of the journal does not hold what its table of contents says"


def write_statements(logged: Iterable[LoggedStatement]) -> bytes:
    """Statements end to end; their digests are left out, they follow from the rest."""
    return pack(part for each in logged for part in _parts(each))


def _parts(logged: LoggedStatement) -> tuple[bytes, ...]:
    statement, entry = logged.signed.statement, logged.signed.entry
    at = logged.accepted_at.to_bytes(8, "big")
    return bytes([kind_of(statement)]), at, entry.salt, entry.signature, entry.lock, encode(statement)


def read_statements(sheet: bytes, start: int, domain: Domain) -> list[LoggedStatement]:
    """The statements again, from position `start`, each digest computed anew. Raises IntegrityFailure."""
    try:
        parts = unpack(sheet)
        groups = [parts[at : at + PARTS] for at in range(0, len(parts), PARTS)]
        return [_logged(group, start + number, domain) for number, group in enumerate(groups)]
    except (ValueError, IndexError, UnicodeDecodeError, OverflowError) as error:
        raise IntegrityFailure(BROKEN) from error


def _logged(parts: Sequence[bytes], position: int, domain: Domain) -> LoggedStatement:
    kind, at, salt, signature, lock, body = parts
    statement = decode(kind[0], body)
    entry = Entry(typed_data.digest(statement, domain), signature, salt, lock)
    return LoggedStatement(SignedStatement(statement, entry), position, int.from_bytes(at, "big"))


def write_notices(notices: Iterable[Notice]) -> bytes:
    """Notices as JSON."""
    return orjson.dumps([asdict(notice) for notice in notices])


def read_notices(sheet: bytes) -> list[Notice]:
    """Notices again."""
    return [Notice(**said) for said in orjson.loads(sheet)]


def write_work_items(papers: Iterable[WorkItem]) -> bytes:
    """Papers as JSON."""
    return orjson.dumps([_said(paper) for paper in papers])


def _said(paper: WorkItem) -> dict[str, Any]:
    return {**asdict(paper), "id": paper.id.hex(), "person": paper.person.hex()}


def read_work_items(sheet: bytes) -> list[WorkItem]:
    """Papers again, each in its version."""
    said = [each | {"id": bytes.fromhex(each["id"])} for each in orjson.loads(sheet)]
    return [WorkItem(**(each | {"person": bytes.fromhex(each["person"])})) for each in said]
