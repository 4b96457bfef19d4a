"""What the kernel needs of the world; implementations speak only `ledger.errors`, `anchors.memory` twins each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts, Found, Incident, Place
from mydata_ledger.ledger.commitment.content import Piece
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports.desk import Directory, Notices, Papers, Published, Sessions
from mydata_ledger.ledger.ports.past import Past, Sizes
from mydata_ledger.ledger.receipt import Logged, Signed
from mydata_ledger.ledger.record import Issue, Record


class Clock(Protocol):
    """Time."""

    def now(self) -> int:
        """UTC seconds."""
        ...


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


class Index(Protocol):
    """What the logs say now, by person, party and record."""

    def facts(self, request: AccessRequest, at: int) -> Facts:
        """Everything the rule may consider about the question."""
        ...

    def newest(self, data_subject: bytes, grantee: str) -> Logged | None:
        """The newest Consent, Delegation or Revocation between the two; `grantee` may name a delegate."""
        ...

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """All versions to all grantees, oldest first."""
        ...

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """Everyone who was ever named to sign for a person, oldest first."""
        ...

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry."""
        ...

    def record(self, record_id: bytes) -> Record | None:
        """One record."""
        ...

    def records_of(self, data_subject: bytes) -> list[Record]:
        """A person's records, oldest first."""
        ...

    def records_named(self, ids: Sequence[bytes]) -> list[Record]:
        """Those records that there are, in the order of their ids."""
        ...

    def sift(
        self, question: AccessRequest, at: int, after: Place, limit: int, permits: Callable[[Facts], bool]
    ) -> list[Found]:
        """The first `limit` records behind a place that `permits` says yes to, at one moment: of those of exactly the
        question's category (`EVERYTHING`: of any) whose data subject has any consent that names the requester.

        `permits` may be asked once for records of which nothing differs that the rule looks at; it must not use the
        store.
        """
        ...

    def survey_person(self, question: AccessRequest, data_subject: bytes, at: int) -> list[Facts]:
        """The facts about each record of one person, whatever its category, oldest first, at one moment."""
        ...

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[Logged]:
        """Receipts and incidents about a person, by position above `after`."""
        ...

    def said_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[Logged]:
        """Statements of a log that name the person as their data subject, by position above `after`."""
        ...

    def receipts_by(self, requester: str, after: int, limit: int) -> list[Logged]:
        """Receipts of a requester's questions, by position above `after`."""
        ...

    def incident(self, entry: bytes) -> Incident | None:
        """A declared incident by its entry."""
        ...

    def remember_drafts(self, drafts: Sequence[Issue]) -> None:
        """Keep what was sealed for a holder until the signed Issue comes."""
        ...

    def drafted(self, record_id: bytes) -> Issue | None:
        """The draft of that record."""
        ...


class ContractWallets(Protocol):
    """Accounts that are contracts."""

    def agrees(self, wallet: bytes, digest: bytes, signature: bytes) -> bool:
        """Whether the contract at the 20-byte address says by ERC-1271 that it signed; no where none stands there.

        Raises SourceUnavailable when the chain does not answer.
        """
        ...


class Payloads(Protocol):
    """Sealed payloads by CID."""

    def put_many(self, sealed: Sequence[bytes]) -> list[str]:
        """CIDv1 texts; durable when it returns; idempotent. Raises StorageFull, SourceUnavailable."""
        ...

    def put_stream(self, pieces: Iterable[Piece]) -> str:
        """`put_many` for one payload of any size, in constant memory; nothing is kept when `pieces` raises."""
        ...

    def get(self, cid: str) -> bytes:
        """The bytes, checked against the CID. Raises PayloadMissing, PayloadAltered, SourceUnavailable."""
        ...

    def open_stream(self, cid: str) -> tuple[int, Iterator[bytes]]:
        """How many bytes there are, and the bytes in pieces, each checked against the CID before it is given.

        Raises as `get`, at once or while they are read.
        """
        ...

    def remove(self, cid: str) -> None:
        """Unpin."""
        ...


class Keys(Protocol):
    """Data keys, wrapped at rest; the place where access is enforced."""

    def create_many(self, records: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """A fresh 32-byte data key for each (record id, data subject); durable when it returns."""
        ...

    def rewrap(self, record_id: bytes, reader_key: bytes, receipt: Logged) -> bytes:
        """The data key under the reader's HPKE key. Raises ReceiptRequired without the durable permitting receipt of
        this record, KeyDestroyed after erasure.
        """
        ...

    def destroy(self, record_id: bytes) -> bytes:
        """Shred the data key; returns the key id (32 bytes) for the erasure statement. Idempotent."""
        ...


__all__ = [
    "Anchored",
    "Check",
    "Clock",
    "ContractWallets",
    "Directory",
    "Index",
    "Keys",
    "Log",
    "Notices",
    "Papers",
    "Past",
    "Payloads",
    "Published",
    "Sessions",
    "Sizes",
]
