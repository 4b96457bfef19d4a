"""The logs: appending, answering, proving."""

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
    """The newest head of a log that the chain holds as deep as configured, and where it was seen.

    `followed_at` is when the chain last answered the follower (UTC seconds), 0 if never.
    """

    head: Head
    block: int
    followed_at: int


Sign = Callable[[list[SignedStatement]], list[SignedStatement]]
"""From statements that are not signed yet to the same, signed."""


Check = Callable[[SignedStatement, LoggedStatement | None, DirectorySnapshot], None]
"""Raises a LedgerError for a statement that must not follow the newest between its two."""


class Log(Protocol):
    """Three append-only logs of signed statements; what is accepted is durable when the call returns."""

    def append(self, statements: Sequence[SignedStatement], accepted_at: int) -> list[LoggedStatement]:
        """Accept all or none, in order. A digest that is already logged is returned as it stands (invariant 10).

        Raises StaleConsent unless a Consent or Revocation follows the newest one of its data subject and grantee,
        InvalidStatement for a record issued twice or erased before it was issued.
        """
        ...

    def accept_soon(
        self, statements: Sequence[SignedStatement], check: Check, accepted_at: int
    ) -> Future[list[LoggedStatement | LedgerError]]:
        """Accept each consent by itself, in order, all in one durable write: of each where it lies, or why not.

        `check` is given each that is not the newest between its two already, with the newest, those before it in the
        list among them, and what is published at that moment; it raises a LedgerError for one that is not to be
        accepted, and asks no other port.
        """
        ...

    def answer(self, request: AccessRequest, respond: Callable[[Facts], SignedStatement], at: int) -> LoggedStatement:
        """Gather the facts, have them answered, log the receipt: one serialised step, so that no withdrawal accepted
        before the receipt is overlooked by it.
        """
        ...

    def answer_soon(
        self,
        requests: Sequence[AccessRequest],
        respond: Callable[[AccessRequest, Facts], SignedStatement],
        at: int,
        sign: Sign,
    ) -> Future[list[LoggedStatement]]:
        """`answer` for many questions in one step and one durable write, all or none; each `request_id` is new. What
        `respond` gives needs no signature yet: `sign` signs all of it at the end.

        The facts are gathered before it returns; where they have changed until the receipts are written, `respond` is
        called again with what they are then.
        """
        ...

    def statement_at(self, log: str, position: int) -> LoggedStatement | None:
        """The statement at a position."""
        ...

    def find(self, log: str, entry: bytes) -> LoggedStatement | None:
        """The statement of that entry."""
        ...

    def head(self, log: str) -> Head:
        """Size and root of everything accepted."""
        ...

    def anchored(self, log: str) -> AnchoredHead:
        """Size and root of what is on chain."""
        ...

    def inclusion(self, log: str, position: int, size: int) -> list[bytes]:
        """The inclusion proof of a position in the tree of `size`. Raises ProofInvalid when it is not in it."""
        ...

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof between two sizes. Raises ProofInvalid."""
        ...
