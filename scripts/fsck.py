"""Whether a ledger holds what it says: every record pinned, whole, decryptable and anchored; every log its own root;
the journal everything that is on chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from mydata_ledger.anchors.journal import BlobStore, JournalReader
from mydata_ledger.anchors.keystore import FileKeys
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger import merkle, typed_data
from mydata_ledger.ledger.errors import (
    IntegrityFailure,
    KeyDestroyed,
    LedgerError,
    NotFound,
    PayloadAltered,
    PayloadMissing,
)
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import LOGS, RECORDS, LoggedStatement
from mydata_ledger.ledger.record import Issue
from mydata_ledger.scripts.state_folder import StateFolder

PAGE = 1_000
LOOKS = 10
ProgressCallback = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class StoredFault:
    """One thing that is not as it should be: a word that does not change, and where."""

    kind: str
    where: str

    def as_json(self) -> dict[str, str]:
        """For programs."""
        return {"fault": self.kind, "where": self.where}


@dataclass(slots=True)
class CheckReport:
    """What was looked at. `waiting` counts records not yet on chain, `strangers` payloads that nothing here names."""

    records: int = 0
    erased: int = 0
    waiting: int = 0
    segments: int = 0
    unknown_payloads: int = 0
    statements: dict[str, int] = field(default_factory=dict)
    faults: list[StoredFault] = field(default_factory=list)

    def found(self, kind: str, where: str) -> None:
        """Note a fault."""
        self.faults.append(StoredFault(kind, where))


def check(state_folder: StateFolder, on_progress: ProgressCallback) -> CheckReport:
    """Look at everything; changes nothing, and may be done while the ledger serves. Raises SourceUnavailable."""
    store, done = Store(state_folder.settings.database), CheckReport()
    try:
        # A record is pinned before it is accepted: pins read after the heads hold every record below them.
        heads, named = {log: store.log.head(log) for log in LOGS}, _journal(state_folder, store, done)
        records = _Records(state_folder, store, done)
        for log in LOGS:
            for logged in _log(state_folder, store, (log, heads[log]), done, on_progress):
                if isinstance(issue := logged.signed.statement, Issue):
                    records.look_at(issue, logged.position)
                    named.add(issue.cid)
        done.unknown_payloads = len(records.pinned - named)
    finally:
        store.dispose()
    return done


def _log(
    state_folder: StateFolder, store: Store, until: tuple[str, Head], done: CheckReport, on_progress: ProgressCallback
) -> Iterator[LoggedStatement]:
    """Every statement of a log, held to its digest, and all of them together to the root."""
    (log, head), position = until, 0
    peaks: list[bytes] = []
    read = store.rebuilding.statements
    while position < head.size and (logged := read(log, position, min(PAGE, head.size - position))):
        for each in logged:
            if typed_data.digest(each.signed.statement, state_folder.domains[log]) != each.signed.entry.digest:
                done.found("statement_altered", f"{log} {each.position}")
            yield each
        peaks, _ = merkle.grow(position, peaks, [each.signed.entry.leaf for each in logged])
        position += len(logged)
        on_progress(log, position, head.size)
    if position != head.size or merkle.bag(peaks) != head.root:
        done.found("root_differs", log)
    done.statements[log] = position


@dataclass(slots=True)
class _Records:
    state_folder: StateFolder
    store: Store
    done: CheckReport
    pinned: set[str] = field(init=False)
    anchored: int = 0
    keys: FileKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = self.state_folder.keys(self.store)
        self.pinned = self.state_folder.payloads.pinned()
        self.anchored = self.store.log.last_anchored(RECORDS).head.size

    def look_at(self, issue: Issue, position: int) -> None:
        """One record: what an erased one must no longer have, or what a live one must."""
        record = self.store.index.record(issue.record_id)
        where = f"record 0x{issue.record_id.hex()}"
        self.done.records += 1
        self.done.waiting += position >= self.anchored
        if record is None:
            self.done.found("record_not_indexed", where)
        elif record.erased:
            self._gone(issue, where)
        else:
            self._there(issue, where)

    def _gone(self, issue: Issue, where: str) -> None:
        self.done.erased += 1
        if self.keys.holds(issue.record_id):
            self.done.found("erased_but_key_there", where)
        if issue.cid in self.pinned:
            self.done.found("erased_but_pinned", where)

    def _there(self, issue: Issue, where: str) -> None:
        if issue.cid not in self.pinned:
            self.done.found("not_pinned", where)
        sealed = self.state_folder.payloads.stream(issue.cid)
        if fault := _fault_of(partial(self.keys.try_to_open, issue.record_id, sealed)):
            self.done.found(fault, where)


def _journal(state_folder: StateFolder, store: Store, done: CheckReport) -> set[str]:
    """The CIDs the journal names; looked at again when its writer turned to a newer one meanwhile."""
    for _ in range(LOOKS):
        seen = CheckReport()
        journal = _look_at_journal(state_folder, store, seen)
        if not seen.faults or not journal or not journal.was_replaced():
            break
    done.segments, done.faults = seen.segments, done.faults + seen.faults
    return {place.cid for place in journal.references()} if journal else set()


def _look_at_journal(state_folder: StateFolder, store: Store, seen: CheckReport) -> JournalReader | None:
    """Each of its sheets is opened; None where there is no journal."""
    anchored = {log: store.log.last_anchored(log).head.size for log in LOGS}
    try:
        if not BlobStore.exists_in(state_folder.keystore):
            raise NotFound
        safe = state_folder.blob_store()
        journal = JournalReader(safe, state_folder.domains)
    except LedgerError:
        seen.found("no_journal", "journal")
        return None
    for place in journal.references():
        seen.segments += 1
        if fault := _fault_of(partial(safe.get, place)):
            seen.found(fault, f"journal {place.cid}")
    for log in LOGS:
        if journal.size(log) < anchored[log]:
            seen.found("anchored_but_not_journalled", log)
    return journal


def _fault_of(look: Callable[[], object]) -> str:
    """What is wrong with something that was to be read; nothing if it reads."""
    try:
        look()
    except PayloadMissing:
        return "payload_missing"
    except PayloadAltered:
        return "payload_altered"
    except KeyDestroyed:
        return "key_missing"
    except IntegrityFailure:
        return "does_not_open"
    return ""
