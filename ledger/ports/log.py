"""The logs: appending, answering, proving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from mydata_ledger.ledger.access import AccessRequest, Facts
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports.directory import Published
from mydata_ledger.ledger.receipt import Logged, Signed


@dataclass(frozen=True, slots=True)
class Anchored:
    """The newest head of a log that the chain holds as deep as configured, and where it was seen.

    `followed_at` is when the chain last answered the follower (UTC seconds), 0 if never.
    """

    head: Head
    block: int
    followed_at: int


Sign = Callable[[list[Signed]], list[Signed]]
"""From statements that are not signed yet to the same, signed."""


Check = Callable[[Signed, Logged | None, Published], None]
"""Raises a LedgerError for a statement that must not follow the newest between its two."""


class Log(Protocol):
    """Three append-only logs of signed statements; what is accepted is durable when the call returns."""

    def append(self, statements: Sequence[Signed], accepted_at: int) -> list[Logged]:
        """Accept all or none, in order. A digest that is already logged is returned as it stands (invariant 10).

        Raises StaleConsent unless a Consent or Revocation follows the newest one of its data subject and grantee,
        InvalidStatement for a record issued twice or erased before it was issued.
        """
        ...

    def accept_soon(
        self, statements: Sequence[Signed], check: Check, accepted_at: int
    ) -> Future[list[Logged | LedgerError]]:
        """Accept each consent by itself, in order, all in one durable write: of each where it lies, or why not.

        `check` is given each that is not the newest between its two already, with the newest, those before it in the
        list among them, and what is published at that moment; it raises a LedgerError for one that is not to be
        accepted, and asks no other port.
        """
        ...

    def answer(self, request: AccessRequest, respond: Callable[[Facts], Signed], at: int) -> Logged:
        """Gather the facts, have them answered, log the receipt: one serialised step, so that no withdrawal accepted
        before the receipt is overlooked by it.
        """
        ...

    def answer_soon(
        self, requests: Sequence[AccessRequest], respond: Callable[[AccessRequest, Facts], Signed], at: int, sign: Sign
    ) -> Future[list[Logged]]:
        """`answer` for many questions in one step and one durable write, all or none; each `request_id` is new. What
        `respond` gives needs no signature yet: `sign` signs all of it at the end.

        The facts are gathered before it returns; where they have changed until the receipts are written, `respond` is
        called again with what they are then.
        """
        ...

    def at(self, log: str, position: int) -> Logged | None:
        """The statement at a position."""
        ...

    def find(self, log: str, entry: bytes) -> Logged | None:
        """The statement of that entry."""
        ...

    def head(self, log: str) -> Head:
        """Size and root of everything accepted."""
        ...

    def anchored(self, log: str) -> Anchored:
        """Size and root of what is on chain."""
        ...

    def inclusion(self, log: str, position: int, size: int) -> list[bytes]:
        """The inclusion proof of a position in the tree of `size`. Raises ProofInvalid when it is not in it."""
        ...

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof between two sizes. Raises ProofInvalid."""
        ...
