"""The index port: the current content of the logs by person, party and record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts, Found, Grantor, SearchPosition
from mydata_ledger.ledger.content_digest import DraftedContent
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.emergency import Emergency
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import CategoryCount, Issue, Record


@dataclass(frozen=True, slots=True)
class KnownMarks:
    """Marks of revocation that were read from the chain, up to its block `block`.

    `marks` has the block of each mark by its key: the lock, or the digest where a signature made the mark.
    """

    block: int
    marks: Mapping[bytes, int]


class Index(Protocol):
    """The current content of the logs, by person, party and record."""

    def facts(self, request: AccessRequest, at_time: int) -> Facts:
        """All facts that the rule may consider for the question."""
        ...

    def newest(self, data_subject: bytes, grantee: str) -> LoggedStatement | None:
        """The newest Consent, Delegation or Revocation between data subject and grantee; `grantee` may name a
        delegate.
        """
        ...

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """All consents of a person, in all versions to all grantees, oldest first."""
        ...

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """All delegations for a person, oldest first."""
        ...

    def delegations_to(self, delegate: bytes, after: int, limit: int) -> list[DelegationState]:
        """The first `limit` delegations to a delegate, of any person, by position above `after`."""
        ...

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry, without its uses."""
        ...

    def record(self, record_id: bytes) -> Record | None:
        """One record by its id."""
        ...

    def records_of(self, data_subject: bytes) -> list[Record]:
        """A person's records, oldest first."""
        ...

    def record_counts(self, data_subject: bytes) -> list[CategoryCount]:
        """For each category the records of a person that are neither erased nor superseded, by category."""
        ...

    def records_named(self, ids: Sequence[bytes]) -> list[Record]:
        """The records with these ids that exist, in the order of the ids."""
        ...

    def page_facts(
        self, question: AccessRequest, at_time: int, after: SearchPosition, limit: int, permits: Callable[[Facts], bool]
    ) -> list[Found]:
        """The first `limit` records after a search position for which `permits` returns true, at one moment.

        Candidates are the records of the question's category, and of those that a PageQuery names below it
        (`EVERYTHING`: of any category), whose data subject has any consent that names the requester. `permits` may be
        called once for several records if nothing that the rule reads differs between them; it must not use the store.
        """
        ...

    def person_facts(self, question: AccessRequest, data_subject: bytes, at_time: int) -> list[Facts]:
        """The facts about each record of one person, whatever its category, oldest first, at one moment."""
        ...

    def grantors(self, names: Set[str], after: Grantor, limit: int) -> list[tuple[Grantor, bytes]]:
        """The first `limit` persons after a place that have a consent to one of these grantee names which no statement
        revoked or replaced, each with their place. Whether it permits anything now is for the rule.
        """
        ...

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts and incidents about a person, by position above `after`."""
        ...

    def receipts_naming(self, signers: Collection[bytes], after: int, limit: int) -> tuple[int, list[LoggedStatement]]:
        """The newest position reached, and receipts and incidents that are about one of the signers, or of a question
        by one, among the first `limit` above `after`; for each signer at least the newest hundred.

        Receipts that are not indexed yet are left to a later call.
        """
        ...

    def statements_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Statements of a log that name the person as their data subject, by position above `after`."""
        ...

    def statements_before(self, log: str, data_subject: bytes, before: int, limit: int) -> list[LoggedStatement]:
        """Statements of a log that name the person as their data subject, newest first, by position below `before`."""
        ...

    def receipts_by(self, requester: str, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, by position above `after`."""
        ...

    def newest_receipts_by(self, requester: str, before: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, newest first, by position below `before`."""
        ...

    def marks(self, after: bytes, limit: int) -> KnownMarks:
        """Marks of revocation on chain, by key above `after`."""
        ...

    def incident(self, entry: bytes) -> Emergency | None:
        """A declared incident by its entry, or an extended one by the entry of its extension."""
        ...

    def remember_drafts(
        self, drafts: Sequence[Issue], digests: Sequence[DraftedContent] = (), drafted_at: int = 0
    ) -> None:
        """Store what was sealed for a holder at `drafted_at` (UTC seconds) until the signed Issue arrives, with the
        digests of the contents.
        """
        ...

    def drafted(self, record_id: bytes) -> Issue | None:
        """The stored draft of that record."""
        ...
