"""Records: issued once under the holder's signature, immutable, superseded by a correction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Issue:
    """The holder's signed statement that a record is theirs and complete.

    `record_id`, `commitment`, `supersedes` (a record id or zero) and `lock` have 32 bytes. The data period is in UTC
    seconds, end exclusive, (0, 0) if unknown. `cid` names the sealed payload.
    """

    record_id: bytes
    data_subject: bytes
    holder: str
    category: str
    data_from: int
    data_until: int
    commitment: bytes
    cid: str
    supersedes: bytes
    issued_at: int
    lock: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """An issued record and its state in the index: the statement, its position in the log, and whether it was
    superseded or erased.
    """

    issue: Issue
    position: int
    entry: bytes
    anchored: bool
    superseded_by: bytes = b""
    erased: bool = False


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How many records of a person in one category stand, and the newest of them."""

    count: int
    newest: Record


@dataclass(frozen=True, slots=True)
class Erasure:
    """The statement that the record's key was destroyed at `erased_at`; nobody can read the payload of its CID any
    more.
    """

    record_id: bytes
    signer: bytes
    cid: str
    key_id: bytes
    erased_at: int


def counts_of(records: Iterable[Record]) -> list[CategoryCount]:
    """For each category those of a person's records (oldest first) that are neither erased nor superseded."""
    standing = [record for record in records if not record.erased and not record.superseded_by]
    counts = Counter(record.issue.category for record in standing)
    newest = {record.issue.category: record for record in standing}
    return [CategoryCount(count, newest[category]) for category, count in sorted(counts.items())]


def key_id(record_id: bytes) -> bytes:
    """The name of a record's data key in an erasure: 32 bytes that reveal nothing about the key."""
    return sha256(b"mydata key of " + record_id).digest()
