"""Records: issued once under the holder's signature, immutable, superseded by a correction."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Issue:
    """The holder's signed statement that a record is theirs and whole.

    `record_id`, `commitment`, `supersedes` (a record id or zero) and `lock` have 32 bytes; the data period is UTC
    seconds, end exclusive, (0, 0) unknown; `cid` names the sealed payload.
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
    """An issued record as the index knows it: the statement, its place in the log, and whether it still stands."""

    issue: Issue
    position: int
    entry: bytes
    anchored: bool
    superseded_by: bytes = b""
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Erasure:
    """The record's key was destroyed at `erased_at`; what its CID names can no longer be read by anyone."""

    record_id: bytes
    signer: bytes
    cid: str
    key_id: bytes
    erased_at: int


def key_id(record_id: bytes) -> bytes:
    """How an erasure names the data key of a record: 32 bytes that tell nothing of the key."""
    return sha256(b"mydata key of " + record_id).digest()
