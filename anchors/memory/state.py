"""The state that all in-memory ports share: three logs with their trees, and what follows from them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry, lock_of
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.content_digest import REPEATED, DraftedContent
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import IncidentExtension
from mydata_ledger.ledger.errors import InvalidStatement, StaleConsent
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.ports import AnchoredHead, AnchoredSize
from mydata_ledger.ledger.receipt import CONSENTS, LOGS, AccessReceipt, LoggedStatement, SignedStatement
from mydata_ledger.ledger.record import Erasure, Issue

EMPTY = Head(0, merkle.EMPTY_ROOT)
Pair = tuple[bytes, str]


@dataclass
class MemoryTree:
    """The statements of one log, and a cache of complete subtrees, which never change."""

    statements: list[LoggedStatement] = field(default_factory=list)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def node(self, level: int, index: int) -> bytes:
        """MTH of the complete subtree, RFC 9162 §2.1.1."""
        if level == 0:
            return self.statements[index].signed.entry.leaf
        if (level, index) not in self.nodes:
            halves = self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1)
            self.nodes[level, index] = merkle.node_hash(*halves)
        return self.nodes[level, index]

    def head(self, size: int) -> Head:
        """The head of the log at `size`."""
        return Head(size, merkle.root_at(size, self.node))


class State:
    """Statements and what follows from them, under one lock; anchored heads; the history.

    `now` returns the current time in UTC seconds, for the history.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self.now, self.lock = now, threading.RLock()
        self.trees = {log: MemoryTree() for log in LOGS}
        self.by_digest: dict[bytes, LoggedStatement] = {}
        self.by_entry: dict[tuple[str, bytes], LoggedStatement] = {}
        self.newest: dict[Pair, LoggedStatement] = {}
        self.record_logged: dict[bytes, LoggedStatement] = {}
        self.about: dict[bytes, list[LoggedStatement]] = defaultdict(list)
        self.uses: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
        self.revoked: set[bytes] = set()
        self.superseded: set[bytes] = set()
        self.corrected_by: dict[bytes, bytes] = {}
        self.erased: set[bytes] = set()
        self.parties: dict[str, Party] = {}
        self.notices: dict[bytes, Notice] = {}
        self.anchored = {log: AnchoredHead(EMPTY, 0, 0) for log in LOGS}
        self.distrust = ""
        self.marks: dict[bytes, int | None] = {}
        self.blocks: dict[int, bytes] = {}
        self.opened: set[bytes] = set()
        self.drafted_contents: dict[bytes, tuple[DraftedContent, int]] = {}
        self.past: dict[tuple[str, object], list[tuple[int, Any]]] = defaultdict(list)
        self.changed: list[tuple[str, object]] = []  # the number of a change is its place here, from 1
        for log in LOGS:
            self.record_change("head", log, AnchoredSize(0, 0))

    def record_change(self, kind: str, subject: object, value: object, since: int | None = None) -> None:
        """Add to the history: the value of a subject from `since` (UTC seconds) on, by default from now on."""
        self.changed.append((kind, subject))
        self.past[kind, subject].append((self.now() if since is None else since, value))

    def accept(self, signed: SignedStatement, accepted_at: int) -> LoggedStatement:
        """Append a statement, or return it if it is logged already. Raises StaleConsent, InvalidStatement."""
        if logged := self.by_digest.get(signed.entry.digest):
            return logged
        self._check_follows(signed.statement)
        statements = self.trees[signed.log].statements
        logged = LoggedStatement(signed, len(statements), accepted_at)
        statements.append(logged)
        self._remember(logged)
        return logged

    def sizes(self) -> list[int]:
        """How many statements each log has."""
        return [len(self.trees[log].statements) for log in LOGS]

    def truncate(self, sizes: Sequence[int]) -> None:
        """Cut the logs to earlier sizes, after a batch is refused, and compute everything else again."""
        kept = [self.trees[log].statements[:size] for log, size in zip(LOGS, sizes, strict=True)]
        for derived in (self.by_digest, self.by_entry, self.newest, self.record_logged, self.about, self.uses):
            derived.clear()
        for marked in (self.revoked, self.opened, self.superseded, self.corrected_by, self.erased):
            marked.clear()
        for log, statements in zip(LOGS, kept, strict=True):
            self.trees[log] = MemoryTree(statements)
            for logged in statements:
                self._remember(logged)

    def is_anchored(self, log: str, position: int) -> bool:
        """True if the chain holds the statement at this position."""
        return position < self.anchored[log].head.size

    def is_ended(self, entry: Entry) -> bool:
        """True if a revocation named the statement, or its entry or lock is marked, or its lock was opened here."""
        return entry.entry in self.revoked or self._is_marked(entry)

    def _is_marked(self, entry: Entry) -> bool:
        marked = {entry.entry, entry.lock, entry.digest} & self.marks.keys()
        return bool(marked) or entry.lock in self.opened

    def lock_opened_by(self, revocation: Revocation) -> bytes:
        """The lock of the ended statement if the revocation has its secret, else zero."""
        ended = self.by_entry[CONSENTS, revocation.consent].signed.entry
        is_opened = revocation.secret != NO_LOCK and lock_of(revocation.secret) == ended.lock
        return ended.lock if is_opened else NO_LOCK

    def record_ends(self, accepted: Sequence[LoggedStatement], accepted_at: int) -> None:
        """Add to the history what ended at `accepted_at` without a revocation of its own: by a mark, or by the secret
        of its lock.
        """
        revocations = [r for logged in accepted if isinstance(r := logged.signed.statement, Revocation)]
        named = {revocation.consent for revocation in revocations}
        locks = {self.lock_opened_by(revocation) for revocation in revocations} - {NO_LOCK}
        earlier = [x for x in self.trees[CONSENTS].statements if x.signed.entry.lock in locks] if locks else []
        for logged in dict.fromkeys([*earlier, *accepted]):
            entry = logged.signed.entry
            is_revocable = isinstance(logged.signed.statement, Consent | Delegation)
            if is_revocable and entry.entry not in named and self._is_marked(entry):
                self.record_change("reveal", entry.entry, True, accepted_at)

    def issue(self, record_id: bytes) -> Issue | None:
        """The Issue of a record; None if there is none."""
        logged = self.record_logged.get(record_id)
        return logged.signed.statement if logged and isinstance(logged.signed.statement, Issue) else None

    def _remember(self, logged: LoggedStatement) -> None:
        statement, entry = logged.signed.statement, logged.signed.entry
        self.by_digest[entry.digest] = logged
        self.by_entry[logged.signed.log, entry.entry] = logged
        if isinstance(statement, Consent | Revocation | Delegation):
            self.newest[statement.data_subject, statement.grantee] = logged
        if isinstance(statement, Issue):
            self.record_logged[statement.record_id] = logged
        if hasattr(statement, "data_subject"):
            self.about[statement.data_subject].append(logged)
        self._mark(logged)

    def _mark(self, logged: LoggedStatement) -> None:
        """Apply what a statement changes about earlier ones."""
        match statement := logged.signed.statement:
            case Consent():
                self.superseded.add(statement.previous)
            case Delegation():
                earlier_entries = {x.signed.entry.entry for x in self._delegations_of_pair(statement)} - {
                    logged.signed.entry.entry
                }
                self.superseded |= earlier_entries - self.revoked
            case Revocation():
                self.revoked.add(statement.consent)
                self.opened |= {self.lock_opened_by(statement)} - {NO_LOCK}
            case Issue():
                self._correct(statement)
            case Erasure():
                self.erased.add(statement.record_id)
            case AccessReceipt(permitted=True):
                for entry in statement.consents:
                    self.uses[entry].append((statement.decided_at, statement.record_id))

    def _delegations_of_pair(self, delegation: Delegation) -> list[LoggedStatement]:
        """Every delegation from the same data subject to the same delegate."""
        about = self.about[delegation.data_subject]
        statements = [(x, x.signed.statement) for x in about]
        return [
            x
            for x, statement in statements
            if isinstance(statement, Delegation) and statement.grantee == delegation.grantee
        ]

    def _correct(self, issue: Issue) -> None:
        """Mark a superseded record; a correction counts only from the same holder about the same person."""
        original = self.issue(issue.supersedes)
        if (
            issue.supersedes != issue.record_id
            and original
            and (original.holder, original.data_subject) == (issue.holder, issue.data_subject)
        ):
            self.corrected_by[issue.supersedes] = issue.record_id

    def stands(self, record_id: bytes) -> bool:
        """True if the record is issued and neither superseded nor erased."""
        return record_id in self.record_logged and record_id not in self.erased | self.corrected_by.keys()

    def _check_content(self, issue: Issue) -> None:
        drafted = self.drafted_contents.get(issue.record_id)
        equal = [each.record_id for each, _ in self.drafted_contents.values() if drafted and drafted[0].repeats(each)]
        for record_id in equal:
            if self.stands(record_id) and record_id != issue.supersedes:
                raise InvalidStatement(REPEATED.format(record_id.hex()))

    def _check_follows(self, statement: object) -> None:
        if isinstance(statement, Consent | Revocation | Delegation):
            newest = self.newest.get((statement.data_subject, statement.grantee))
            if not follows(statement, newest):
                raise StaleConsent("the statement does not follow the newest one to this grantee; ask for a new draft")
        if isinstance(statement, Issue) and statement.record_id in self.record_logged:
            raise InvalidStatement("a record of that id is issued already; draft the record again")
        if isinstance(statement, Issue):
            self._check_content(statement)
        if isinstance(statement, Erasure) and statement.record_id not in self.record_logged:
            raise InvalidStatement("there is no record of that id to erase")
        if isinstance(statement, IncidentExtension) and any(
            isinstance(earlier := logged.signed.statement, IncidentExtension) and earlier.incident == statement.incident
            for logged in self.about[statement.data_subject]
        ):
            raise StaleConsent("the incident was extended before; declare a new incident")


def follows(statement: Consent | Revocation | Delegation, newest: LoggedStatement | None) -> bool:
    """True if the statement has the next version and names its predecessor.

    A revocation must follow a consent or delegation; a delegation needs no predecessor.
    """
    if isinstance(statement, Delegation):
        return True
    if newest is None:
        return isinstance(statement, Consent) and (statement.version, statement.previous) == (1, bytes(32))
    last = newest.signed.statement
    if isinstance(statement, Revocation) and not isinstance(last, Consent | Delegation):
        return False
    named = statement.previous if isinstance(statement, Consent) else statement.consent
    return isinstance(last, Consent | Revocation | Delegation) and (statement.version, named) == (
        last.version + 1,
        newest.signed.entry.entry,
    )
