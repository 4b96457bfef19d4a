"""The Log port over a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.database import Database
from mydata_ledger.anchors.store.db import changes
from mydata_ledger.anchors.store.db.prepared import Driver
from mydata_ledger.anchors.store.facts import facts
from mydata_ledger.anchors.store.facts.batch import FactBatch, UseCounter
from mydata_ledger.anchors.store.facts.facts import UsesMatter
from mydata_ledger.anchors.store.facts.published import PublishedReader
from mydata_ledger.anchors.store.log import receipt_queue
from mydata_ledger.anchors.store.log.accept import accept_each, accept_many
from mydata_ledger.anchors.store.log.receipt_buffer import BufferedReceipt
from mydata_ledger.anchors.store.log.tree import Tree
from mydata_ledger.anchors.store.rows import statements
from mydata_ledger.ledger.access import AccessRequest, Facts
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports import AnchoredHead, Check, Sign
from mydata_ledger.ledger.ports.futures import completed, mapped
from mydata_ledger.ledger.receipt import ACCESS, LoggedStatement, SignedStatement

Respond = Callable[[AccessRequest, Facts], SignedStatement]
"""From a question and its facts to a receipt, which `Sign` may sign later. Must not use the store."""


@dataclass(frozen=True, slots=True)
class RequestBatch:
    """Questions of one time (UTC seconds), with the functions that answer them and sign the receipts."""

    requests: Sequence[AccessRequest]
    respond: Respond
    at_time: int
    sign: Sign


class LogStore:
    """Three append-only logs. Accepted statements are synced to disk when a call returns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer, self._receipts = database.writer, database.receipts

    def append(self, statements: Sequence[SignedStatement], accepted_at: int) -> list[LoggedStatement]:
        """Accept all or none, in order. Raises StaleConsent, InvalidStatement, StorageFull, SourceUnavailable."""
        if any(signed.log == ACCESS for signed in statements):
            self._database.settle_receipts()
        return self._writer.submit_to_batch(accept_many, (statements, accepted_at)).result() if statements else []

    def accept_soon(
        self, statements: Sequence[SignedStatement], check: Check, accepted_at: int
    ) -> Future[list[LoggedStatement | LedgerError]]:
        """Accept each consent by itself, all in one durable write.

        If nobody else is writing, it runs on the caller's thread.

        Returns:
            A future that gives for each consent the logged statement or the error that refuses it.
        """
        if not statements:
            return completed([])

        def work(connection: Connection) -> list[LoggedStatement | LedgerError]:
            return accept_each(connection, statements, check, PublishedReader(Driver.of(connection)), accepted_at)

        return self._writer.run_inline(work, writes=True) or self._writer.submit(work)

    def answer(
        self, request: AccessRequest, respond: Callable[[Facts], SignedStatement], at_time: int
    ) -> LoggedStatement:
        """Read the facts, call `respond` and log its receipt, as one serialised step.

        Concurrent questions share one disk sync. `respond` runs inside the write transaction and must not use the
        store. Raises what `respond` raises, StorageFull, SourceUnavailable.
        """
        return self.answer_soon([request], lambda _, facts: respond(facts), at_time).result()[0]

    def answer_soon(
        self, requests: Sequence[AccessRequest], respond: Respond, at_time: int, sign: Sign = list
    ) -> Future[list[LoggedStatement]]:
        """Answer many questions, all or none, and log their receipts.

        If nobody else is writing, they are answered at once, in the transaction that writes their receipts. Otherwise
        they are answered from a snapshot without blocking other writers. If nothing has changed when the receipts are
        written, these answers are valid; otherwise the questions are answered again.
        """
        batch = RequestBatch(requests, respond, at_time, sign)
        inline = self._writer.run_inline(lambda connection: self._answer_in_transaction(connection, batch))
        return mapped(inline or self._answer_from_snapshot(batch), _logged)

    def _answer_from_snapshot(self, batch: RequestBatch) -> Future[list[BufferedReceipt]]:
        count, receipts = self._decide(batch)

        def work(connection: Connection) -> list[BufferedReceipt]:
            if receipts is not None and changes.count(connection) == count:
                return [self._receipts.add(receipt, batch.at_time) for receipt in receipts]
            return self._answer_in_transaction(connection, batch)

        return self._writer.submit(work, writes=False)

    def _answer_in_transaction(self, connection: Connection, batch: RequestBatch) -> list[BufferedReceipt]:
        """Answer in the write transaction, all or none. Each buffered receipt counts as a use for the next question."""
        with self._receipts.all_or_none():
            use_counter = UseCounter(connection, self._receipts.uses, receipt_queue.settle_all)
            fact_batch = FactBatch(connection, batch.at_time, use_counter)
            buffered = [
                self._receipts.add(batch.respond(*question_and_facts), batch.at_time)
                for question_and_facts in fact_batch.each(batch.requests)
            ]
            for receipt, signed in zip(buffered, batch.sign([receipt.signed for receipt in buffered]), strict=True):
                receipt.signed = signed
            return buffered

    def _decide(self, batch: RequestBatch) -> tuple[int, list[SignedStatement] | None]:
        """The change count of a snapshot and the receipts; None if use counts matter, which every answer changes."""
        with self._database.snapshot() as driver:
            try:
                facts_list = list(FactBatch(driver, batch.at_time).each(batch.requests))
            except UsesMatter:
                return 0, None
            count = changes.count(driver)
        return count, batch.sign([batch.respond(request, facts) for request, facts in facts_list])

    def statement_at(self, log: str, position: int) -> LoggedStatement | None:
        """The statement at a position; None if there is none."""
        return self.statements_at(log, [position])[0]

    def statements_at(self, log: str, positions: Sequence[int]) -> list[LoggedStatement | None]:
        """The statement at each of the positions."""
        with self._database.autocommit() as driver:
            found = statements.statements_at(driver, log, positions)
            missing = [position for position in positions if position not in found]
            if missing and log == ACCESS:
                found |= receipt_queue.find_many(driver, missing)
                still_missing = [position for position in missing if position not in found]
                found |= statements.statements_at(driver, log, still_missing)  # another process indexed it meanwhile
        return [found.get(position) for position in positions]

    def find(self, log: str, entry: bytes) -> LoggedStatement | None:
        """The statement with an entry; None if there is none."""
        with self._database.session(log) as connection:
            return statements.by_entry(connection, log, entry)

    def head(self, log: str) -> Head:
        """Size and root of everything accepted."""
        with self._database.session(log) as connection:
            return Tree(connection, log).head()

    def head_at(self, log: str, size: int) -> Head | None:
        """The head of the log at `size`; None if the log is smaller."""
        with self._database.session(log) as connection:
            return Tree(connection, log).head_at(size)

    def anchored(self, log: str) -> AnchoredHead:
        """Size and root of what is on chain. Raises SourceUnavailable while the chain contradicts this database."""
        with self._database.session() as connection:
            return _anchored_head(facts.anchored_heads(connection)[log])

    def last_anchored(self, log: str) -> AnchoredHead:
        """The head last marked as anchored, even if the chain contradicts this log now."""
        with self._database.session() as connection:
            return _anchored_head(facts.heads(connection)[log])

    def inclusion(self, log: str, position: int, size: int) -> list[bytes]:
        """The inclusion proof of a position in the tree of `size`. Raises ProofInvalid."""
        with self._database.session(log) as connection:
            return Tree(connection, log).inclusion(position, size)

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof between two sizes. Raises ProofInvalid."""
        with self._database.session(log) as connection:
            return Tree(connection, log).consistency(first, second)


def _anchored_head(row: Any) -> AnchoredHead:
    return AnchoredHead(Head(row.anchored_size, row.anchored_root), row.anchored_block, row.followed_at)


def _logged(buffered: Sequence[BufferedReceipt]) -> list[LoggedStatement]:
    return [receipt.logged() for receipt in buffered]
