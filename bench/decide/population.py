"""As many people as a bench wants, each with one record and one active consent to the same trial, put into a store."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from hashlib import sha256

from anchors.store import Store
from ledger import typed_data
from ledger.commitment.entry import NO_LOCK, Entry, lock_of
from ledger.consent import NEVER, Consent, Effect, Grant
from ledger.notice import Notice
from ledger.party import Party, checksum
from ledger.receipt import ACCESS, CONSENTS, LOGS, RECORDS, Signed, Statement
from ledger.record import Issue
from ledger.signers import Wallet
from ledger.typed_data import Domain

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
BATCH = 5_000


def person(number: int) -> bytes:
    """The address of person `number`, 20 bytes."""
    return sha256(b"person %d" % number).digest()[:20]


def record_id(number: int) -> bytes:
    """The id of their record."""
    return sha256(b"record %d" % number).digest()


def seal(statement: Statement, number: int) -> Signed:
    """The statement with an entry; what stands as its signature has the size of one, and nobody here checks it."""
    digest = typed_data.digest(statement, DOMAINS[_log(statement)])
    noise = random.Random(number).randbytes(97)
    return Signed(statement, Entry(digest, noise[:65], noise[65:], getattr(statement, "lock", NO_LOCK)))


def _log(statement: Statement) -> str:
    return CONSENTS if isinstance(statement, Consent) else RECORDS


def consent(number: int) -> Signed:
    """Person `number` lets the trial read."""
    who, lock = person(number), lock_of(b"%032d" % number)
    said = Consent(who, who, TRIAL.address, PARTIES[0].name, 1, bytes(32), (GRANT,), NOTICE.digest, "en", NOW, lock)
    return seal(said, number)


def issue(number: int) -> Signed:
    """A hospital issues their record."""
    content = sha256(b"content %d" % number).digest()
    cid = "bafkrei" + content.hex()[:52]
    ids, period = (record_id(number), person(number), HOSPITAL.address, CATEGORY), (NOW - 9_000, NOW - 8_000)
    return seal(Issue(*ids, *period, content, cid, bytes(32), NOW, lock_of(content)), number)


def fill(store: Store, people: int, say: Callable[[str], None]) -> dict[str, float]:
    """Put them in through the store's own door and anchor them; seconds per log."""
    store.set_parties(PARTIES)
    store.publish(NOTICE)
    taken = {log: append(store, make, log, people, say) for log, make in ((RECORDS, issue), (CONSENTS, consent))}
    anchor(store)
    return taken


def append(store: Store, make: Callable[[int], Signed], log: str, people: int, say: Callable[[str], None]) -> float:
    """One statement of each person, in batches; the seconds the store took, without those of making them."""
    taken = 0.0
    for start in range(0, people, BATCH):
        batch = [make(number) for number in range(start, min(start + BATCH, people))]
        started = time.perf_counter()
        store.append(batch, NOW)
        taken += time.perf_counter() - started
        say(f"{people:,} people: {start:,} {log}")
    return taken


def anchor(store: Store) -> None:
    """As if the chain held everything."""
    for log in (CONSENTS, RECORDS, ACCESS):
        store.mark_anchored(log, store.head(log), 7)
    store.touch(NOW)
