"""What the logs say, by person, party and record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from mydata_ledger.ledger.access import AccessRequest, ConsentState, Facts, Found, Incident, SearchPosition
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Issue, Record


class Index(Protocol):
    """What the logs say now, by person, party and record."""

    def facts(self, request: AccessRequest, at: int) -> Facts:
        """Everything the rule may consider about the question."""
        ...

    def newest(self, data_subject: bytes, grantee: str) -> LoggedStatement | None:
        """The newest Consent, Delegation or Revocation between the two; `grantee` may name a delegate."""
        ...

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """All versions to all grantees, oldest first."""
        ...

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """Everyone who was ever named to sign for a person, oldest first."""
        ...

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry, without its uses."""
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

    def page_facts(
        self, question: AccessRequest, at: int, after: SearchPosition, limit: int, permits: Callable[[Facts], bool]
    ) -> list[Found]:
        """The first `limit` records behind a place that `permits` says yes to, at one moment: of those of exactly the
        question's category (`EVERYTHING`: of any) whose data subject has any consent that names the requester.

        `permits` may be asked once for records of which nothing differs that the rule looks at; it must not use the
        store.
        """
        ...

    def person_facts(self, question: AccessRequest, data_subject: bytes, at: int) -> list[Facts]:
        """The facts about each record of one person, whatever its category, oldest first, at one moment."""
        ...

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts and incidents about a person, by position above `after`."""
        ...

    def statements_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Statements of a log that name the person as their data subject, by position above `after`."""
        ...

    def receipts_by(self, requester: str, after: int, limit: int) -> list[LoggedStatement]:
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
