"""The log port: append, answer, prove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from mydata_ledger.ledger.access import AccessRequest, Facts
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports.directory import DirectorySnapshot
from mydata_ledger.ledger.receipt import LoggedStatement, SignedStatement


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """The newest head of a log that the chain holds as deep as configured, and the block in which it was read.

    `followed_at` is when the chain last answered the follower (UTC seconds), 0 if never.
    """

    head: Head
    block: int
    followed_at: int


Sign = Callable[[list[SignedStatement]], list[SignedStatement]]
"""Maps unsigned statements to the signed ones, in order."""


Check = Callable[[SignedStatement, LoggedStatement | None, DirectorySnapshot], None]
"""Raises a LedgerError for a statement that must not follow the newest one between its data subject and grantee."""


class Log(Protocol):
    """Three append-only logs of signed statements; an accepted statement is durable when the call returns."""

    def append(self, statements: Sequence[SignedStatement], accepted_at: int) -> list[LoggedStatement]:
        """Accept all or none, in order. A statement whose digest is already logged is returned as logged (invariant
        10).

        Raises:
            StaleConsent: a Consent or Revocation does not follow the newest one of its data subject and grantee.
            InvalidStatement: a record is issued twice, or erased before it was issued.
        """
        ...

    def accept_soon(
        self, statements: Sequence[SignedStatement], check: Check, accepted_at: int
    ) -> Future[list[LoggedStatement | LedgerError]]:
        """Accept each consent independently, in order, all in one durable write; returns for each its log position or
        its error.

        `check` is called for each statement that is not already the newest of its data subject and grantee. It is given
        the newest one, including those before it in the list, and the directory of that moment. It raises a LedgerError
        to refuse the statement, and calls no other port.
        """
        ...

    def answer(
        self, request: AccessRequest, respond: Callable[[Facts], SignedStatement], at_time: int
    ) -> LoggedStatement:
        """Read the facts, answer, and log the receipt in one serialised transaction, so that a withdrawal accepted
        before the receipt is never missed.
        """
        ...

    def answer_soon(
        self,
        requests: Sequence[AccessRequest],
        respond: Callable[[AccessRequest, Facts], SignedStatement],
        at_time: int,
        sign: Sign,
    ) -> Future[list[LoggedStatement]]:
        """`answer` for many questions in one transaction and one durable write, all or none; each `request_id` is new.

        The result of `respond` needs no signature yet: `sign` signs all results at the end. The facts are read before
        the call returns; if they change before the receipts are written, `respond` is called again with the new facts.
        """
        ...

    def statement_at(self, log: str, position: int) -> LoggedStatement | None:
        """The statement at a position."""
        ...

    def statements_at(self, log: str, positions: Sequence[int]) -> list[LoggedStatement | None]:
        """The statement at each of the positions."""
        ...

    def find(self, log: str, entry: bytes) -> LoggedStatement | None:
        """The statement with that entry."""
        ...

    def head(self, log: str) -> Head:
        """Size and root over all accepted statements."""
        ...

    def head_at(self, log: str, size: int) -> Head | None:
        """The head of the log at `size`; None if the log is smaller."""
        ...

    def anchored(self, log: str) -> AnchoredHead:
        """Size and root of what is on chain. Raises SourceUnavailable while the chain contradicts this log."""
        ...

    def last_anchored(self, log: str) -> AnchoredHead:
        """The head last marked as anchored, even if the chain contradicts this log now."""
        ...

    def inclusion(self, log: str, position: int, size: int) -> list[bytes]:
        """The inclusion proof of a position in the tree of `size`. Raises ProofInvalid if the position is not in it."""
        ...

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof between two sizes. Raises ProofInvalid."""
        ...
