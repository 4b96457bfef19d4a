"""Receipts: the proof of one answered question, for a reader who trusts none of our servers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mydata_ledger.ledger.access import Acknowledgement, Reason
from mydata_ledger.ledger.collection import is_contact
from mydata_ledger.ledger.commitment.entry import Entry
from mydata_ledger.ledger.consent import Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.emergency import Emergency, ExtendedIncident, Incident, IncidentExtension
from mydata_ledger.ledger.merkle import Head, verify_inclusion
from mydata_ledger.ledger.record import Erasure, Issue

CONSENTS, RECORDS, ACCESS = "consents", "records", "access"
LOGS = (CONSENTS, RECORDS, ACCESS)
EMERGENCY_CATEGORY = "health"
RELEASING = frozenset({Reason.CONSENTED, Reason.BROKE_GLASS, Reason.OWN, Reason.DELEGATED})


@dataclass(frozen=True, slots=True)
class AccessReceipt:
    """The gateway's signed statement about one question: who asked, for what, the answer, and what it rests on.

    `justification` is the entry of the incident, zero without one. `consents` are the entries that determined the
    answer. `consents_size`, `records_size` and `block` are the state in which it was decided. `decided_at` is in UTC
    seconds.
    """

    request_id: bytes
    requester: str
    data_subject: bytes
    record_id: bytes
    category: str
    purpose: str
    action: str
    justification: bytes
    permitted: bool
    reason: str
    consents: tuple[bytes, ...]
    consents_size: int
    records_size: int
    block: int
    decided_at: int

    def releases(self, record_id: bytes) -> bool:
        """Whether it releases the key of this record: a yes to a question about this record alone, not to a search.
        Leave to send a message releases nothing.
        """
        answers = self.permitted and self.record_id == record_id and self.reason in RELEASING
        return answers and not self.is_about_contact

    @property
    def is_about_contact(self) -> bool:
        """Whether it answers whether the requester may send a person a message."""
        return is_contact(self.requester, self.record_id, self.action)


Statement = (
    Consent | Revocation | Delegation | Issue | Erasure | AccessReceipt | Incident | Acknowledgement | IncidentExtension
)
LOG_OF: dict[type, str] = {
    Consent: CONSENTS,
    Revocation: CONSENTS,
    Delegation: CONSENTS,
    Issue: RECORDS,
    Erasure: RECORDS,
    AccessReceipt: ACCESS,
    Incident: ACCESS,
    Acknowledgement: ACCESS,
    IncidentExtension: ACCESS,
}


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement with its blinded commitment, ready for the log."""

    statement: Statement
    entry: Entry

    @property
    def log(self) -> str:
        """The name of its log."""
        return LOG_OF[type(self.statement)]


@dataclass(frozen=True, slots=True)
class LoggedStatement:
    """A signed statement with its position in the log and the time of its acceptance (UTC seconds)."""

    signed: SignedStatement
    position: int
    accepted_at: int


def emergency_of(entry: bytes, find: Callable[[bytes], LoggedStatement | None]) -> Emergency | None:
    """The emergency that a question with this entry rests on: a declared incident, or an extended one by the entry of
    its extension. `find` gives the statement of an entry of the access log.
    """
    statement = _statement_of(find(entry))
    if isinstance(statement, IncidentExtension):
        incident = _statement_of(find(statement.incident))
        return ExtendedIncident(incident, statement) if isinstance(incident, Incident) else None
    return statement if isinstance(statement, Incident) else None


def category_of_access(statement: Statement) -> str:
    """What a statement of the access log is about: the category that was asked for, and for emergencies health."""
    return statement.category if isinstance(statement, AccessReceipt) else EMERGENCY_CATEGORY


def _statement_of(logged: LoggedStatement | None) -> Statement | None:
    return logged.signed.statement if logged else None


def verify_logged(entry: Entry, position: int, proof: Sequence[bytes], anchored: Head) -> None:
    """Raise ProofInvalid unless the statement is entry `position` under `anchored`.

    To trust a receipt one must:
      (1) rebuild its digest from its own fields,
      (2) check the signature over that digest,
      (3) rebuild its leaf from salt, digest, signature and lock,
      (4) walk the inclusion proof to the anchored root,
      (5) find that root on chain oneself.
    This function does (3) and (4). `typed_data.digest` and `signers.verify` do (1) and (2). The caller MUST do (5): a
    checkpoint that is delivered with the receipt proves nothing.
    """
    verify_inclusion(entry.leaf, position, anchored, proof)
