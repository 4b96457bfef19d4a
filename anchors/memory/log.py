"""The Log port in memory: lists of statements, with the Merkle tree as RFC 9162 defines it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import fields, replace

from mydata_ledger.anchors.memory.directory import MemoryDirectory
from mydata_ledger.anchors.memory.index import MemoryIndex
from mydata_ledger.anchors.memory.state import State
from mydata_ledger.ledger import merkle
from mydata_ledger.ledger.access import AccessRequest, Facts
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports import AnchoredHead, Check, Sign
from mydata_ledger.ledger.ports.futures import completed
from mydata_ledger.ledger.receipt import LoggedStatement, SignedStatement
from mydata_ledger.ledger.search import DerivedFacts, DerivedQuery, PageFacts, PageQuery, PersonFacts, PersonQuery


class MemoryLog:
    """Three lists under one lock; `index` gives the facts of a question, `directory` parties and notices."""

    def __init__(self, state: State, index: MemoryIndex, directory: MemoryDirectory) -> None:
        self._state, self._index, self._directory = state, index, directory

    def append(self, statements: Sequence[SignedStatement], accepted_at: int) -> list[LoggedStatement]:
        """Accept all or none. Raises StaleConsent, InvalidStatement."""
        with self._state.lock:
            sizes = self._state.sizes()
            try:
                accepted = [self._state.accept(signed, accepted_at) for signed in statements]
            except Exception:
                self._state.truncate(sizes)
                raise
            self._state.record_ends(accepted, accepted_at)
            return accepted

    def accept_soon(
        self, statements: Sequence[SignedStatement], check: Check, accepted_at: int
    ) -> Future[list[LoggedStatement | LedgerError]]:
        """Accept each consent by itself, at once."""
        with self._state.lock:
            return completed([self._accept_or_refuse(signed, check, accepted_at) for signed in statements])

    def _accept_or_refuse(
        self, signed: SignedStatement, check: Check, accepted_at: int
    ) -> LoggedStatement | LedgerError:
        statement = signed.statement
        newest = None
        if isinstance(statement, Consent | Revocation | Delegation):
            newest = self._state.newest.get((statement.data_subject, statement.grantee))
        if newest and newest.signed.entry.digest == signed.entry.digest:
            return newest
        try:
            check(signed, newest, self._directory)
            accepted = self._state.accept(signed, accepted_at)
        except LedgerError as error:
            return error
        self._state.record_ends([accepted], accepted_at)
        return accepted

    def answer(
        self, request: AccessRequest, respond: Callable[[Facts], SignedStatement], at_time: int
    ) -> LoggedStatement:
        """Read the facts, call `respond` and log its receipt, under one lock."""
        return self.answer_soon([request], lambda _, facts: respond(facts), at_time).result()[0]

    def answer_soon(
        self,
        requests: Sequence[AccessRequest],
        respond: Callable[[AccessRequest, Facts], SignedStatement],
        at_time: int,
        sign: Sign = list,
    ) -> Future[list[LoggedStatement]]:
        """Answer questions one after another, all or none. Each receipt counts as a use for the next question."""
        with self._state.lock:
            if len(requests) == 1:
                return completed(
                    self.append(sign([respond(requests[0], self._facts_of(requests[0], at_time))]), at_time)
                )
            sizes, receipts = self._state.sizes(), []
            try:
                for request in requests:
                    receipts += [
                        logged.signed
                        for logged in self.append([respond(request, self._facts_of(request, at_time))], at_time)
                    ]
            finally:
                self._state.truncate(sizes)
            return completed(self.append(sign(receipts), at_time))

    def _facts_of(self, request: AccessRequest, at_time: int) -> Facts:
        """The facts about a question; for a question about many records, the facts about each record."""
        facts = self._index.facts(request, at_time)
        shared = {field.name: getattr(facts, field.name) for field in fields(Facts)}
        if isinstance(request, PersonQuery):
            person_facts = tuple(self._index.person_facts(request, request.data_subject, at_time))
            return PersonFacts(**shared, each=person_facts if len(person_facts) <= request.most else None)
        if isinstance(request, DerivedQuery):
            each = self._uncounted(request, request.data_subject, at_time)
            built = self._uncounted(replace(request, requester=request.builder), request.data_subject, at_time)
            facts_of_nothing = DerivedFacts(**shared)
            return replace(facts_of_nothing, each=each, built=built) if len(each) <= request.most else facts_of_nothing
        if isinstance(request, PageQuery):
            page = self._index.page_facts(
                request,
                at_time,
                request.after,
                request.limit,
                lambda record_facts: request.permits(request, record_facts, at_time),
            )
            return PageFacts(**shared, found=tuple(page) if request.most else None)
        return facts

    def _uncounted(self, request: AccessRequest, person: bytes, at_time: int) -> tuple[Facts, ...]:
        """The facts about each record of a person, with every consent as if it had never been used."""
        each = self._index.person_facts(request, person, at_time)
        unused = [tuple(replace(s, uses=0, uses_of_record=0, last_use=None) for s in one.consents) for one in each]
        return tuple(replace(one, consents=states) for one, states in zip(each, unused, strict=True))

    def statement_at(self, log: str, position: int) -> LoggedStatement | None:
        """The statement at a position; None if there is none."""
        statements = self._state.trees[log].statements
        return statements[position] if 0 <= position < len(statements) else None

    def statements_at(self, log: str, positions: Sequence[int]) -> list[LoggedStatement | None]:
        """The statement at each of the positions."""
        return [self.statement_at(log, position) for position in positions]

    def find(self, log: str, entry: bytes) -> LoggedStatement | None:
        """The statement with an entry; None if there is none."""
        return self._state.by_entry.get((log, entry))

    def head(self, log: str) -> Head:
        """Size and root of everything accepted."""
        return self._state.trees[log].head(len(self._state.trees[log].statements))

    def head_at(self, log: str, size: int) -> Head | None:
        """The head of the log at `size`; None if the log is smaller."""
        tree = self._state.trees[log]
        return tree.head(size) if 0 <= size <= len(tree.statements) else None

    def anchored(self, log: str) -> AnchoredHead:
        """Size and root of what is on chain. Raises SourceUnavailable while the chain contradicts this log."""
        if self._state.distrust:
            raise SourceUnavailable(self._state.distrust)
        return self._state.anchored[log]

    def last_anchored(self, log: str) -> AnchoredHead:
        """The head last marked as anchored, even if the chain contradicts this log now."""
        return self._state.anchored[log]

    def inclusion(self, log: str, position: int, size: int) -> list[bytes]:
        """The inclusion proof. Raises ProofInvalid."""
        return merkle.inclusion_proof(position, self._size_or_zero(log, size), self._state.trees[log].node)

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof. Raises ProofInvalid."""
        return merkle.consistency_proof(first, self._size_or_zero(log, second), self._state.trees[log].node)

    def _size_or_zero(self, log: str, size: int) -> int:
        return size if size <= len(self._state.trees[log].statements) else 0
