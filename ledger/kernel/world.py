"""The ports of a kernel, and its bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypedDict

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.commitment.content import SEED_SIZE
from mydata_ledger.ledger.content_digest import CanonicalForms, ContentKeys
from mydata_ledger.ledger.emergency import EXTENSION_SECONDS
from mydata_ledger.ledger.envelope import ReaderKey
from mydata_ledger.ledger.envelope.frame import MAX_KIND
from mydata_ledger.ledger.errors import ChainBehind
from mydata_ledger.ledger.kernel.signing import Signers
from mydata_ledger.ledger.ports import (
    AnchoredHead,
    Clock,
    ContentDigests,
    Directory,
    Index,
    Keys,
    Log,
    Past,
    Payloads,
    Sessions,
    WorkItems,
)
from mydata_ledger.ledger.receipt import CONSENTS, RECORDS
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.vocabulary import Vocabulary


class Ports(TypedDict):
    """The ports that one database provides, as arguments of `World`."""

    log: Log
    index: Index
    content_digests: ContentDigests
    directory: Directory
    work_items: WorkItems
    past: Past
    sessions: Sessions


class StorePorts(Protocol):
    """A database with one attribute for each port."""

    @property
    def log(self) -> Log:
        """The logs."""
        ...

    @property
    def index(self) -> Index:
        """The index: the current content of the logs."""
        ...

    @property
    def content_digests(self) -> ContentDigests:
        """The digests of content, beside the index."""
        ...

    @property
    def directory(self) -> Directory:
        """Parties and notices."""
        ...

    @property
    def work_items(self) -> WorkItems:
        """The work items beside the logs."""
        ...

    @property
    def past(self) -> Past:
        """The past states."""
        ...

    @property
    def sessions(self) -> Sessions:
        """The sign-in sessions."""
        ...


def ports_of(store: StorePorts) -> Ports:
    """The arguments of `World` that a store provides: `World(**ports_of(store), ...)`."""
    return Ports(
        log=store.log,
        index=store.index,
        content_digests=store.content_digests,
        directory=store.directory,
        work_items=store.work_items,
        past=store.past,
        sessions=store.sessions,
    )


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of the kernel.

    `chain_silence` is how many seconds the chain may be silent. `record_bytes` and `streamed_bytes` bound a record, and
    a record that is uploaded as a stream. `batch` is the number of records in one call. `incident_seconds` bounds an
    incident, `extension_seconds` its extension, `session_seconds` a session. `majority_years` is the age at which a
    ward comes of age (Korean Civil Act, article 4). `review_seconds` is the time within which a reviewer examines a
    break-glass, and `notice_seconds` the time within which the person and their guardians are notified of it.
    """

    chain_silence: int = 60
    record_bytes: int = 16 * 1024 * 1024
    streamed_bytes: int = 2 * 1024**3
    batch: int = 1_000
    incident_seconds: int = 24 * 3_600
    extension_seconds: int = EXTENSION_SECONDS
    session_seconds: int = 8 * 3_600
    majority_years: int = 19
    review_seconds: int = 72 * 3_600
    notice_seconds: int = 3_600

    @property
    def sealed_bytes(self) -> int:
        """The largest sealed payload that is read whole: the size for `record_bytes` with any media type."""
        return envelope.sealed_size(envelope.Header("x" * MAX_KIND, bytes(SEED_SIZE), self.record_bytes))


@dataclass(frozen=True, slots=True)
class World:
    """One of each port, and the configuration of the kernel.

    `gateway` is the gateway's signing key, `domains` the domain of each log's registry, and `computer` the key under
    which the operator opens records for a computation that releases no single row. `hurry` requests anchoring at once
    instead of with the next batch. `signers` are the accepted kinds of signatures. `content_keys` and
    `canonical_forms` recognise equal content.
    """

    log: Log
    index: Index
    content_digests: ContentDigests
    directory: Directory
    work_items: WorkItems
    past: Past
    sessions: Sessions
    payloads: Payloads
    keys: Keys
    clock: Clock
    gateway: Wallet
    vocabulary: Vocabulary
    domains: Mapping[str, Domain]
    computer: ReaderKey
    hurry: Callable[[], None] = lambda: None
    signers: Signers = field(default_factory=Signers)
    bounds: Bounds = field(default_factory=Bounds)
    content_keys: ContentKeys = field(default_factory=ContentKeys.random)
    canonical_forms: CanonicalForms = field(default_factory=dict)

    def sealed(self, cid: str) -> bytes | None:
        """A sealed payload; None for a payload that is too large to be read whole.

        Raises:
            PayloadMissing: the store has no such payload.
            PayloadAltered: a block does not hash to its name.
            SourceUnavailable: the store does not answer.
        """
        size, pieces = self.payloads.open_stream(cid)
        return b"".join(pieces) if size <= self.bounds.sealed_bytes else None

    def heads(self, now: int) -> tuple[AnchoredHead, AnchoredHead]:
        """The anchored heads of consents and records. Raises ChainBehind if the chain has been silent too long: an
        unknown answer is neither yes nor no.
        """
        consents, records = self.log.anchored(CONSENTS), self.log.anchored(RECORDS)
        self.check_followed(min(consents.followed_at, records.followed_at), now)
        return consents, records

    def check_followed(self, followed_at: int, now: int) -> None:
        """Raise ChainBehind if the chain, which last answered at `followed_at`, has been silent too long."""
        if now - followed_at > self.bounds.chain_silence:
            raise ChainBehind("the chain has not answered lately, so the answer is unknown; try again later")
