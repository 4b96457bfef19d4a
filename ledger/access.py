"""A question, what was known when it was asked, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from mydata_ledger.ledger.consent import Consent
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.status import Status, stands, status_of

EMERGENCY = "hl7:ETREAT"
"""The purpose under which glass may be broken; it covers `hl7:BTG`."""
SELF_VIEW = "mydata:SELF_VIEW"
"""The purpose under which a data subject reads their own records."""
RESPONDER = "responder"
EVERYTHING = "*"
"""The category of a question about records of any."""


SearchPosition = tuple[int, int]
"""Where a record stands in a search: see `place_of`."""
Found = tuple[SearchPosition, bytes]
"""A record's place and its id."""


def search_position(record: Record) -> SearchPosition:
    """By its person's hash, which tells nothing of them, and then by its place in the log."""
    hashed = sha256(record.issue.data_subject).digest()
    return int.from_bytes(hashed[:8], "big") >> 1, record.position


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A requester's question about one record.

    `purposes` is the purpose asked followed by all above it; `incident` is the entry (32 bytes) of a declared incident,
    zero without one; `request_id` 32 random bytes that make the receipt unique. `at_least` is how many consents the
    asker knows to be on chain: an answer that rests on fewer would be no answer to them.
    """

    request_id: bytes
    requester: str
    record_id: bytes
    category: str
    purposes: tuple[str, ...]
    action: str
    incident: bytes = bytes(32)
    at_least: int = 0

    @property
    def purpose(self) -> str:
        """The purpose asked, without those above it."""
        return self.purposes[0]

    def about(self, category: str) -> AccessRequest:
        """The same question about that category."""
        asked = (self.request_id, self.requester, self.record_id, category, self.purposes, self.action)
        return AccessRequest(*asked, self.incident, self.at_least)


@dataclass(frozen=True, slots=True)
class Incident:
    """A responder's signed declaration of an emergency: number, reason and time box (UTC seconds, end exclusive)."""

    responder: str
    data_subject: bytes
    incident_number: str
    reason: str
    not_before: int
    expires: int

    def covers(self, requester: str, data_subject: bytes, at: int) -> bool:
        """Whether this requester declared it for this person, with number and reason, and it is still open."""
        return (
            (self.responder, self.data_subject) == (requester, data_subject)
            and bool(self.incident_number.strip() and self.reason.strip())
            and self.not_before <= at < self.expires
        )


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A reader's signed word that what a receipt (its entry, 32 bytes) released was opened at `opened_at`, UTC seconds.

    It countersigns the gateway's receipt, and does not say about whom: a reader may not know.
    """

    reader: str
    record_id: bytes
    receipt: bytes
    opened_at: int


@dataclass(frozen=True, slots=True)
class ConsentState:
    """One consent as the index knows it.

    `uses` counts earlier permitting receipts that rest on it, `uses_of_record` those about the record asked for
    (`once` means each record once), and `last_use` is the latest second (UTC) that one of these was decided in, None
    without any (`every-days` means each record again after so many days); all three are read for an answer only where
    a grant counts them. `superseded` and `revoked` act on sight, `anchored` only when the leaf is on chain as deep as
    configured.
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
        """Whether nothing ended or replaced it."""
        return stands(self)

    def status(self, at: int) -> Status:
        """Where it is in its life at `at` (UTC seconds); the last of its grants to end decides when it expires."""
        return status_of(self, max((grant.expires for grant in self.consent.grants), default=0), at)

    def blocks(self, at: int) -> bool:
        """Whether it stands and forbids its grantee everything: an entry of the data subject's block list."""
        return self.stands and any(grant.forbids_all(at) for grant in self.consent.grants)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about a question at one moment; the rule sees nothing else.

    `followed_at` is when the chain last answered (UTC seconds): the kernel, not the rule, asks whether that is lately.
    """

    record: Record | None
    consents: tuple[ConsentState, ...] = ()
    requester: Party | None = None
    blocked: bool = False
    incident: Incident | None = None
    consents_size: int = 0
    records_size: int = 0
    block: int = 0
    followed_at: int = 0

    @property
    def rests_on(self) -> tuple[int, int, int, int]:
        """What of the logs and the chain was known: the last four members."""
        return self.consents_size, self.records_size, self.block, self.followed_at

    def about(self, record: Record | None, consents: Sequence[ConsentState], at: int) -> Facts:
        """The facts about a record: these, which hold whatever the record, and its person's consents that name the
        requester. Whether the requester is blocked at that moment (UTC seconds) follows from the consents.
        """
        blocked = any(state.blocks(at) for state in consents)
        return Facts(record, tuple(consents), self.requester, blocked, self.incident, *self.rests_on)

    def with_record(self, record: Record) -> Facts:
        """The facts about another record of the same person, where no consent counts its uses."""
        return Facts(record, self.consents, self.requester, self.blocked, self.incident, *self.rests_on)


class Reason(StrEnum):
    """Why the answer is what it is."""

    NO_RECORD = "no_record"
    WRONG_CATEGORY = "wrong_category"
    BLOCKED = "blocked"
    REFUSED = "refused"
    NEEDS_RECONSENT = "needs_reconsent"
    NO_CONSENT = "no_consent"
    CONSENTED = "consented"
    BROKE_GLASS = "broke_glass"
    OWN = "own"
    SEARCHED = "searched"


class Finding(StrEnum):
    """What one considered consent had to say."""

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
    """The answer and what it rests on.

    `grants` names every grant that determined it as (consent entry, index); `obligations` bind the reader; `findings`
    say for each consent considered why it did or did not count.
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
