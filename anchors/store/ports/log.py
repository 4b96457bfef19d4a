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
"""From a question and what is known about it to the receipt, which `Sign` may sign later; asks no store."""


@dataclass(frozen=True, slots=True)
class RequestBatch:
    """Questions of one moment, how they are answered, and how the receipts are signed."""

    requests: Sequence[AccessRequest]
    respond: Respond
    at_time: int
    sign: Sign


class LogStore:
    """Three append-only logs; what is accepted is synced to disk when the call returns."""

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
        """Accept each consent by itself, all in one durable write: where nobody else is writing at once, on the
        caller's own thread.
        """
        if not statements:
            return completed([])

        def work(connection: Connection) -> list[LoggedStatement | LedgerError]:
            return accept_each(connection, statements, check, PublishedReader(Driver.of(connection)), accepted_at)

        return self._writer.run_inline(work, writes=True) or self._writer.submit(work)

    def answer(
        self, request: AccessRequest, respond: Callable[[Facts], SignedStatement], at_time: int
    ) -> LoggedStatement:
        """Gather the facts, have them answered, log the receipt: one serialised step.

        Those who ask at the same time share one disk sync; `respond` runs while the store is written to and must not
        use it. Raises what `respond` raises, StorageFull, SourceUnavailable.
        """
        return self.answer_soon([request], lambda _, known: respond(known), at_time).result()[0]

    def answer_soon(
        self, requests: Sequence[AccessRequest], respond: Respond, at_time: int, sign: Sign = list
    ) -> Future[list[LoggedStatement]]:
        """The same for many questions, all or none.

        Where nobody else is writing they are answered at once, in the transaction that writes their receipts. Otherwise
        they are answered from one state of the database without holding anyone up; if that is still the state when the
        receipts are written, it is as if they had been answered then, and else they are answered again.
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
        """Places of the receipts, all or none; those that lie there already count for the next question."""
        with self._receipts.all_or_none():
            use_counter = UseCounter(connection, self._receipts.uses, receipt_queue.settle_all)
            fact_batch = FactBatch(connection, batch.at_time, use_counter)
            buffered = [
                self._receipts.add(batch.respond(*each), batch.at_time) for each in fact_batch.each(batch.requests)
            ]
            for receipt, signed in zip(buffered, batch.sign([place.signed for place in buffered]), strict=True):
                receipt.signed = signed
            return buffered

    def _decide(self, batch: RequestBatch) -> tuple[int, list[SignedStatement] | None]:
        """The receipts, with the count of changes they rest on; none where uses count, which each answer changes."""
        with self._database.snapshot() as driver:
            try:
                facts_list = list(FactBatch(driver, batch.at_time).each(batch.requests))
            except UsesMatter:
                return 0, None
            count = changes.count(driver)
        return count, batch.sign([batch.respond(request, facts) for request, facts in facts_list])

    def statement_at(self, log: str, position: int) -> LoggedStatement | None:
        """The statement at a position."""
        with self._database.autocommit() as driver:
            logged = statements.statement_at(driver, log, position)
            if logged or log != ACCESS:
                return logged
            return receipt_queue.find(driver, position) or statements.statement_at(
                driver, log, position
            )  # indexed meanwhile

    def find(self, log: str, entry: bytes) -> LoggedStatement | None:
        """The statement of that entry."""
        with self._database.session(log) as connection:
            return statements.by_entry(connection, log, entry)

    def head(self, log: str) -> Head:
        """Size and root of everything accepted."""
        with self._database.session(log) as connection:
            return Tree(connection, log).head()

    def head_at(self, log: str, size: int) -> Head | None:
        """The head the log had at `size`; None when it never was so large."""
        with self._database.session(log) as connection:
            return Tree(connection, log).head_at(size)

    def anchored(self, log: str) -> AnchoredHead:
        """Size and root of what is on chain. Raises SourceUnavailable while the chain contradicts this database."""
        with self._database.session() as connection:
            return _anchored_head(facts.anchored_heads(connection)[log])

    def last_anchored(self, log: str) -> AnchoredHead:
        """The same, whether or not the chain still agrees."""
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
    return [place.logged() for place in buffered]
