"""A population for benches: each person has one record and one active consent to the same trial."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256, sha512
from pathlib import Path

from sqlalchemy import make_url

from mydata_ledger.anchors.journal.journal import MOST
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger import typed_data
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry, lock_of
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party, checksum
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS, LoggedStatement, SignedStatement, Statement
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from testing.stores import open_store

NOW = int(time.time())
TRIAL, HOSPITAL, GATEWAY = (
    Wallet(sha256(f"bench {role}".encode()).digest()) for role in ("trial", "hospital", "gateway")
)
PARTIES = [
    Party(TRIAL.address, "Trial of the bench", frozenset({"trial"}), b"", 0, 0),
    Party(HOSPITAL.address, "Hospital of the bench", frozenset({"holder"}), b"", 0, 0),
]
NOTICE = Notice("general", 1, "en", "What we tell you.")
DOMAINS = {log: Domain(31337, checksum(sha256(log.encode()).digest()[:20])) for log in LOGS}
CATEGORY, PURPOSE, ACTION = "health.lab", "hl7:CLINTRCH", "view"
GRANT = Grant(Effect.PERMIT, ("health",), ("hl7:HRESCH",), ("view", "copy"), 0, NEVER)


def person(number: int) -> bytes:
    """The address of person `number`, 20 bytes."""
    return sha256(b"person %d" % number).digest()[:20]


def record_id(number: int) -> bytes:
    """The id of the record of person `number`, 32 bytes."""
    return sha256(b"record %d" % number).digest()


def secret(number: int) -> bytes:
    """The secret of the lock of their consent."""
    return b"%032d" % number


def seal(statement: Statement, number: int) -> SignedStatement:
    """The statement with an entry; its signature is random bytes of the right size, which no bench checks."""
    digest = typed_data.digest(statement, DOMAINS[_log(statement)])
    noise = sha512(b"%d" % number).digest() + digest + b"\x1b"
    return SignedStatement(statement, Entry(digest, noise[-65:], noise[:32], getattr(statement, "lock", NO_LOCK)))


def _log(statement: Statement) -> str:
    return CONSENTS if isinstance(statement, Consent) else RECORDS


def consent(number: int) -> SignedStatement:
    """A consent of person `number` to the trial."""
    subject, lock = person(number), lock_of(secret(number))
    statement = Consent(
        subject, subject, TRIAL.address, PARTIES[0].name, 1, bytes(32), (GRANT,), NOTICE.digest, "en", NOW, lock
    )
    return seal(statement, number)


def issue(number: int) -> SignedStatement:
    """The Issue of the record of person `number` by a hospital."""
    content = sha256(b"content %d" % number).digest()
    cid = "bafkrei" + content.hex()[:52]
    ids, period = (record_id(number), person(number), HOSPITAL.address, CATEGORY), (NOW - 9_000, NOW - 8_000)
    return seal(Issue(*ids, *period, content, cid, bytes(32), NOW, lock_of(content)), number)


Sizes = dict[str, int]
"""Bytes on disk by log."""


def fill(url: str, people: int, on_status: Callable[[str], None]) -> tuple[dict[str, float], Sizes]:
    """Rebuild a database of this population as a recovery does, and anchor it.

    Returns:
        For each log the seconds in the store, including the last sync, and the bytes on disk.
    """
    taken, sizes = {}, {}
    for log, make in ((RECORDS, issue), (CONSENTS, consent)):
        before = _size(url)
        store = open_store(url, loading=True)
        taken[log] = restore(store, make, log, people, on_status)
        started = time.perf_counter()
        store.dispose()
        taken[log] += time.perf_counter() - started
        sizes[log] = _size(url) - before
    store = open_store(url)
    store.directory.set_parties(PARTIES)
    store.directory.publish(NOTICE)
    anchor(store)
    store.dispose()
    return taken, sizes


def _size(url: str) -> int:
    """Size in bytes of an SQLite file; 0 for another database."""
    file = Path(make_url(url).database or "")
    return file.stat().st_size if file.is_file() else 0


def restore(
    store: Store, make: Callable[[int], SignedStatement], log: str, people: int, on_status: Callable[[str], None]
) -> float:
    """Restore one statement of each person, segment by segment; return the seconds in the store."""
    taken = 0.0
    for start in range(0, people, MOST):
        numbers = range(start, min(start + MOST, people))
        segment = [LoggedStatement(make(number), number, NOW) for number in numbers]
        started = time.perf_counter()
        store.rebuilding.restore(log, segment)
        taken += time.perf_counter() - started
        on_status(f"{people:,} people: {start:,} {log}")
    return taken


def anchor(store: Store) -> None:
    """Mark everything as anchored."""
    for log in (CONSENTS, RECORDS, ACCESS):
        store.anchoring.mark_anchored(log, store.log.head(log), 7)
    store.anchoring.touch(NOW)
