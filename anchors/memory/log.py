"""The Log port over lists: what is accepted, in order, and the tree over it, read off RFC 6962's own definition."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, SourceUnavailable, StaleConsent
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports import Anchored, Check, Published
from mydata_ledger.ledger.receipt import LOGS, Logged, Signed
from mydata_ledger.ledger.record import Erasure, Issue

EMPTY = Head(0, merkle.EMPTY_ROOT)
Pair = tuple[bytes, str]


@dataclass
class Tree:
    """One log's statements, and the complete subtrees seen so far (they never change)."""

    statements: list[Logged] = field(default_factory=list)
    known: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def node(self, level: int, index: int) -> bytes:
        """MTH of the complete subtree, RFC 9162 §2.1.1."""
        if level == 0:
            return self.statements[index].signed.entry.leaf
        if (level, index) not in self.known:
            halves = self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1)
            self.known[level, index] = merkle.node_hash(*halves)
        return self.known[level, index]

    def head(self, size: int) -> Head:
        """The head it had at `size`."""
        return Head(size, merkle.root_at(size, self.node))


class MemoryLog:
    """Three lists, guarded by one lock, and what the chain holds of them."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._trees = {log: Tree() for log in LOGS}
        self._by_digest: dict[bytes, Logged] = {}
        self._by_entry: dict[tuple[str, bytes], Logged] = {}
        self._newest: dict[Pair, Logged] = {}
        self._record_logged: dict[bytes, Logged] = {}
        self._anchored = {log: Anchored(EMPTY, 0, 0) for log in LOGS}
        self._distrust = ""

    def append(self, statements: Sequence[Signed], accepted_at: int) -> list[Logged]:
        """Accept all or none. Raises StaleConsent, InvalidStatement."""
        with self._lock:
            before = self._sizes()
            try:
                return [self._accept(signed, accepted_at) for signed in statements]
            except Exception:
                self._forget(before)
                raise

    def _accept_or_refuse(
        self, signed: Signed, check: Check, accepted_at: int, published: Published
    ) -> Logged | LedgerError:
        said = signed.statement
        newest = None
        if isinstance(said, Consent | Revocation | Delegation):
            newest = self._newest.get((said.data_subject, said.grantee))
        if newest and newest.signed.entry.digest == signed.entry.digest:
            return newest
        try:
            check(signed, newest, published)
            return self._accept(signed, accepted_at)
        except LedgerError as error:
            return error

    def _sizes(self) -> list[int]:
        return [len(self._trees[log].statements) for log in LOGS]

    def _accept(self, signed: Signed, accepted_at: int) -> Logged:
        if known := self._by_digest.get(signed.entry.digest):
            return known
        self._check_follows(signed.statement)
        statements = self._trees[signed.log].statements
        logged = Logged(signed, len(statements), accepted_at)
        statements.append(logged)
        self._remember(logged)
        return logged

    def _remember(self, logged: Logged) -> None:
        statement, entry = logged.signed.statement, logged.signed.entry
        self._by_digest[entry.digest] = logged
        self._by_entry[logged.signed.log, entry.entry] = logged
        if isinstance(statement, Consent | Revocation | Delegation):
            self._newest[statement.data_subject, statement.grantee] = logged
        if isinstance(statement, Issue):
            self._record_logged[statement.record_id] = logged

    def _check_follows(self, statement: object) -> None:
        if isinstance(statement, Consent | Revocation | Delegation):
            newest = self._newest.get((statement.data_subject, statement.grantee))
            if not follows(statement, newest):
                raise StaleConsent("the statement does not follow the newest one to this grantee; ask for a new draft")
        if isinstance(statement, Issue) and statement.record_id in self._record_logged:
            raise InvalidStatement("a record of that id is issued already; draft the record again")
        if isinstance(statement, Erasure) and statement.record_id not in self._record_logged:
            raise InvalidStatement("there is no record of that id to erase")

    def _forget(self, sizes: Sequence[int]) -> None:
        """Take back what a refused batch had put in before it was refused."""
        kept = [self._trees[log].statements[:size] for log, size in zip(LOGS, sizes, strict=True)]
        self._clear()
        for log, statements in zip(LOGS, kept, strict=True):
            self._trees[log] = Tree(statements)
            for logged in statements:
                self._remember(logged)

    def _clear(self) -> None:
        for index in (self._by_digest, self._by_entry, self._newest, self._record_logged):
            index.clear()

    def at(self, log: str, position: int) -> Logged | None:
        """The statement at a position."""
        statements = self._trees[log].statements
        return statements[position] if 0 <= position < len(statements) else None

    def find(self, log: str, entry: bytes) -> Logged | None:
        """The statement of that entry."""
        return self._by_entry.get((log, entry))

    def head(self, log: str) -> Head:
        """Size and root of everything accepted."""
        return self._trees[log].head(len(self._trees[log].statements))

    def anchored(self, log: str) -> Anchored:
        """Size and root of what is on chain. Raises SourceUnavailable while the chain contradicts this log."""
        if self._distrust:
            raise SourceUnavailable(self._distrust)
        return self._anchored[log]

    def last_anchored(self, log: str) -> Anchored:
        """The same, whether or not the chain still agrees."""
        return self._anchored[log]

    def inclusion(self, log: str, position: int, size: int) -> list[bytes]:
        """The inclusion proof. Raises ProofInvalid."""
        return merkle.inclusion_proof(position, self._within(log, size), self._trees[log].node)

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof. Raises ProofInvalid."""
        return merkle.consistency_proof(first, self._within(log, second), self._trees[log].node)

    def _within(self, log: str, size: int) -> int:
        return size if size <= len(self._trees[log].statements) else 0

    def _is_anchored(self, log: str, position: int) -> bool:
        return position < self._anchored[log].head.size


def follows(statement: Consent | Revocation | Delegation, newest: Logged | None) -> bool:
    """Whether the statement is the next one: version and predecessor; a revocation ends what stands; a delegation
    stands alone.
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
