"""Integrity check of a ledger.

Every record is pinned, whole, decryptable and anchored; every log has its own root; the journal contains everything
that is on chain.
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
from mydata_ledger.ledger.kernel.work_items import DERIVED_RECORD, every
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import LOGS, RECORDS, LoggedStatement
from mydata_ledger.ledger.record import Issue
from mydata_ledger.scripts.state_folder import StateFolder

PAGE = 1_000
MAX_ATTEMPTS = 10
ProgressCallback = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class StoredFault:
    """One fault: a stable code, and its location."""

    kind: str
    where: str

    def as_json(self) -> dict[str, str]:
        """The fault as a JSON value."""
        return {"fault": self.kind, "where": self.where}


@dataclass(slots=True)
class CheckReport:
    """Counts and faults of a check.

    `waiting` counts records not yet on chain, `unknown_payloads` counts pinned payloads without a name in a record,
    a derived record or the journal.
    """

    records: int = 0
    erased: int = 0
    waiting: int = 0
    segments: int = 0
    unknown_payloads: int = 0
    statements: dict[str, int] = field(default_factory=dict)
    faults: list[StoredFault] = field(default_factory=list)

    def add_fault(self, kind: str, where: str) -> None:
        """Add a fault."""
        self.faults.append(StoredFault(kind, where))


def check(state_folder: StateFolder, on_progress: ProgressCallback) -> CheckReport:
    """Check the whole ledger; changes nothing, and may run while the ledger serves. Raises SourceUnavailable."""
    state_folder.require_contracts()
    store, report = state_folder.store(), CheckReport()
    try:
        # A record is pinned before it is accepted: pins read after the heads hold every record below them.
        heads, named = {log: store.log.head(log) for log in LOGS}, _check_journal(state_folder, store, report)
        records = _RecordCheck(state_folder, store, report)
        for log in LOGS:
            for logged in _check_log(state_folder, store, (log, heads[log]), report, on_progress):
                if isinstance(issue := logged.signed.statement, Issue):
                    records.check(issue, logged.position)
                    named.add(issue.cid)
        named |= {item.body["cid"] for item in every(store.work_items, DERIVED_RECORD)}
        report.unknown_payloads = len(records.pinned - named)
    finally:
        store.dispose()
    return report


def _check_log(
    state_folder: StateFolder, store: Store, until: tuple[str, Head], report: CheckReport, on_progress: ProgressCallback
) -> Iterator[LoggedStatement]:
    """Yield every statement of a log; check each one against its digest, and all against the root."""
    (log, head), position = until, 0
    peaks: list[bytes] = []
    read = store.rebuilding.statements
    while position < head.size and (logged := read(log, position, min(PAGE, head.size - position))):
        for item in logged:
            if typed_data.digest(item.signed.statement, state_folder.domains[log]) != item.signed.entry.digest:
                report.add_fault("statement_altered", f"{log} {item.position}")
            yield item
        peaks, _ = merkle.grow(position, peaks, [item.signed.entry.leaf for item in logged])
        position += len(logged)
        on_progress(log, position, head.size)
    if position != head.size or merkle.bag(peaks) != head.root:
        report.add_fault("root_differs", log)
    report.statements[log] = position


@dataclass(slots=True)
class _RecordCheck:
    state_folder: StateFolder
    store: Store
    report: CheckReport
    pinned: set[str] = field(init=False)
    anchored: int = 0
    keys: FileKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = self.state_folder.keys(self.store)
        self.pinned = self.state_folder.payloads.pinned()
        self.anchored = self.store.log.last_anchored(RECORDS).head.size

    def check(self, issue: Issue, position: int) -> None:
        """Check one record: an erased record must have no key and no pin, a live record must be pinned and open."""
        record = self.store.index.record(issue.record_id)
        where = f"record 0x{issue.record_id.hex()}"
        self.report.records += 1
        self.report.waiting += position >= self.anchored
        if record is None:
            self.report.add_fault("record_not_indexed", where)
        elif record.erased:
            self._check_erased(issue, where)
        else:
            self._check_live(issue, where)

    def _check_erased(self, issue: Issue, where: str) -> None:
        self.report.erased += 1
        if self.keys.holds(issue.record_id):
            self.report.add_fault("erased_but_key_there", where)
        if issue.cid in self.pinned:
            self.report.add_fault("erased_but_pinned", where)

    def _check_live(self, issue: Issue, where: str) -> None:
        if issue.cid not in self.pinned:
            self.report.add_fault("not_pinned", where)
        sealed = self.state_folder.payloads.stream(issue.cid)
        if fault := _fault_of(partial(self.keys.try_to_open, issue.record_id, sealed)):
            self.report.add_fault(fault, where)


def _check_journal(state_folder: StateFolder, store: Store, report: CheckReport) -> set[str]:
    """CIDs in the journal; the check is repeated if the journal was replaced meanwhile."""
    for _ in range(MAX_ATTEMPTS):
        attempt = CheckReport()
        journal = _read_journal(state_folder, store, attempt)
        if not attempt.faults or not journal or not journal.was_replaced():
            break
    report.segments, report.faults = attempt.segments, report.faults + attempt.faults
    return {reference.cid for reference in journal.references()} if journal else set()


def _read_journal(state_folder: StateFolder, store: Store, attempt: CheckReport) -> JournalReader | None:
    """Open every segment of the journal; None if there is no journal."""
    anchored = {log: store.log.last_anchored(log).head.size for log in LOGS}
    try:
        if not BlobStore.exists_in(state_folder.keystore):
            raise NotFound
        blobs = state_folder.blob_store()
        journal = JournalReader(blobs, state_folder.domains)
    except LedgerError:
        attempt.add_fault("no_journal", "journal")
        return None
    for reference in journal.references():
        attempt.segments += 1
        if fault := _fault_of(partial(blobs.get, reference)):
            attempt.add_fault(fault, f"journal {reference.cid}")
    for log in LOGS:
        if journal.size(log) < anchored[log]:
            attempt.add_fault("anchored_but_not_journalled", log)
    return journal


def _fault_of(reading: Callable[[], object]) -> str:
    """Code of the fault that a read raises; empty if the read succeeds."""
    try:
        reading()
    except PayloadMissing:
        return "payload_missing"
    except PayloadAltered:
        return "payload_altered"
    except KeyDestroyed:
        return "key_missing"
    except IntegrityFailure:
        return "does_not_open"
    return ""
