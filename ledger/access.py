"""An access request, the facts about it, and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from mydata_ledger.ledger.collection import PlannedRecord
from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.emergency import NOTHING, Emergency, EmergencyScope
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.status import Status, stands, status_of

EMERGENCY = "hl7:ETREAT"
"""The purpose of emergency access (break-glass); it covers `hl7:BTG`."""
SELF_VIEW = "mydata:SELF_VIEW"
"""The purpose under which a data subject, or a delegate for them, reads their records."""
RESPONDER = "responder"
EVERYTHING = "*"
"""The category of a question about records of any category."""


SearchPosition = tuple[int, int]
"""The position of a record in a search; see `search_position`."""
Found = tuple[SearchPosition, bytes]
"""The search position of a record, and the record's id."""


def search_position(record: Record) -> SearchPosition:
    """The position of a record in a search: first a hash of its data subject, which reveals nothing about the person,
    then its position in the log.
    """
    return person_hash(record.issue.data_subject), record.position


Grantor = int
"""The place of a person in a list of grantors: `person_hash`."""


def person_hash(data_subject: bytes) -> int:
    """63 bits of a hash of a person, which reveal nothing about them."""
    return int.from_bytes(sha256(data_subject).digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A requester's question about one record.

    `purposes` is the requested purpose followed by all purposes above it. `incident` is the entry (32 bytes) of a
    declared incident or of its extension, zero without one. `request_id` is 32 random bytes that make the receipt
    unique. `at_least` is the number of consents that the caller knows to be on chain: an answer that rests on fewer
    consents is refused. `emergency` is what the vocabulary lets an emergency reach: nothing, unless it is given.
    `planned` is the record that a collection or a message would make, None in a question about a record.
    """

    request_id: bytes
    requester: str
    record_id: bytes
    category: str
    purposes: tuple[str, ...]
    action: str
    incident: bytes = bytes(32)
    at_least: int = 0
    emergency: EmergencyScope = NOTHING
    planned: PlannedRecord | None = field(default=None, kw_only=True)

    @property
    def purpose(self) -> str:
        """The requested purpose, without the purposes above it."""
        return self.purposes[0]

    def about(self, category: str) -> AccessRequest:
        """This question about another category."""
        members = (self.request_id, self.requester, self.record_id, category, self.purposes, self.action)
        return AccessRequest(*members, self.incident, self.at_least, self.emergency, planned=self.planned)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A reader's signed statement that they opened, at `opened_at` (UTC seconds), what a receipt released.

    `receipt` is the entry of the receipt (32 bytes). The statement countersigns the gateway's receipt. It does not name
    the data subject, because a reader may not know them.
    """

    reader: str
    record_id: bytes
    receipt: bytes
    opened_at: int


@dataclass(frozen=True, slots=True)
class ConsentState:
    """One consent and its state in the index.

    `uses` counts the earlier permitting receipts that rest on it; `uses_of_record` counts those about the requested
    record (`once` means each record once). `last_use` is the latest second (UTC) in which one of the latter was
    decided, None without any (`every-days` means each record again after that many days). These three are read for an
    answer only where a grant counts uses. `superseded` and `revoked` take effect at once; `anchored` is true only when
    the leaf is on chain as deep as configured.
    """

    entry: bytes
    position: int
    consent: Consent
    anchored: bool
    revoked: bool = False
    superseded: bool = False
    notice_outdated: bool = False
    uses: int = 0
    uses_of_record: int = 0
    last_use: int | None = None

    @property
    def stands(self) -> bool:
        """Whether no statement revoked or replaced it."""
        return stands(self)

    def status(self, at_time: int) -> Status:
        """Its status at `at_time` (UTC seconds); it expires when the last of its grants ends."""
        return status_of(self, max((grant.expires for grant in self.consent.grants), default=0), at_time)

    def blocks(self, at_time: int) -> bool:
        """Whether it stands and forbids its grantee everything: an entry of the data subject's block list."""
        return self.stands and any(grant.forbids_all(at_time) for grant in self.consent.grants)


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts about a question at one moment; the rule reads nothing else.

    `followed_at` is when the chain last answered (UTC seconds). The kernel, not the rule, checks that this is recent.
    `delegations` are those of the data subject to the requester, for a question in the person's own view only.
    """

    record: Record | None
    consents: tuple[ConsentState, ...] = ()
    requester: Party | None = None
    blocked: bool = False
    incident: Emergency | None = None
    consents_size: int = 0
    records_size: int = 0
    block: int = 0
    followed_at: int = 0
    delegations: tuple[DelegationState, ...] = ()

    @property
    def rests_on(self) -> tuple[int, int, int, int]:
        """The state of the logs and of the chain that the answer rests on: the four members from `consents_size` on."""
        return self.consents_size, self.records_size, self.block, self.followed_at

    def about(
        self,
        record: Record | None,
        consents: Sequence[ConsentState],
        at_time: int,
        delegations: tuple[DelegationState, ...] = (),
    ) -> Facts:
        """The facts about one record: these facts, which hold for every record, with the record, the consents of its
        data subject that name the requester, and the delegations to them. Whether the requester is blocked at `at_time`
        (UTC seconds) follows from the consents.
        """
        blocked = any(state.blocks(at_time) for state in consents)
        return Facts(record, tuple(consents), self.requester, blocked, self.incident, *self.rests_on, delegations)

    def with_record(self, record: Record) -> Facts:
        """The facts about another record of the same data subject; valid where no consent counts its uses."""
        shared_facts = self.consents, self.requester, self.blocked, self.incident
        return Facts(record, *shared_facts, *self.rests_on, self.delegations)


class Reason(StrEnum):
    """The reason code of a decision."""

    NO_RECORD = "no_record"
    WRONG_CATEGORY = "wrong_category"
    BLOCKED = "blocked"
    REFUSED = "refused"
    NEEDS_RECONSENT = "needs_reconsent"
    NO_CONSENT = "no_consent"
    CONSENTED = "consented"
    BROKE_GLASS = "broke_glass"
    OWN = "own"
    DELEGATED = "delegated"
    SEARCHED = "searched"


class Finding(StrEnum):
    """The result for one considered consent."""

    PERMITS = "permits"
    FORBIDS = "forbids"
    NOT_APPLICABLE = "not_applicable"
    NO_MATCHING_POLICY = "no_matching_policy"
    NO_SATISFIED_POLICY = "no_satisfied_policy"
    NEEDS_RECONSENT = "needs_reconsent"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to an access request, and what it rests on.

    `grants` names every grant that determined it, as (consent entry, index). `obligations` bind the reader. `findings`
    give for each considered consent why it did or did not count.
    """

    permitted: bool
    reason: Reason
    grants: frozenset[tuple[bytes, int]] = frozenset()
    obligations: frozenset[str] = frozenset()
    findings: tuple[tuple[bytes, Finding], ...] = ()

    @property
    def consents(self) -> tuple[bytes, ...]:
        """Entries of the consents that determined the answer, sorted."""
        return tuple(sorted({entry for entry, _ in self.grants}))
