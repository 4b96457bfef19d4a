"""The read operations of the API and the services: logs, index, directory and work items; nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mydata_ledger.ledger.access import ConsentState
from mydata_ledger.ledger.delegation import DelegationState
from mydata_ledger.ledger.emergency import Emergency
from mydata_ledger.ledger.kernel.head_history import PastHead, past_heads
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.ports import AnchoredHead, KnownMarks
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import CategoryCount, Record
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.vocabulary import Vocabulary
from mydata_ledger.ledger.work_item import WorkItem


class Queries:
    """Every read raises SourceUnavailable if the database or the chain cannot answer."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> int:
        """UTC seconds."""
        return self._world.clock.now()

    @property
    def vocabulary(self) -> Vocabulary:
        """Categories, purposes and actions of all services."""
        return self._world.vocabulary

    @property
    def largest_batch(self) -> int:
        """The largest number of records in one call."""
        return self._world.bounds.batch

    @property
    def streamed_bytes(self) -> int:
        """The largest record that is taken as a stream."""
        return self._world.bounds.streamed_bytes

    @property
    def session_seconds(self) -> int:
        """The duration of a session in seconds."""
        return self._world.bounds.session_seconds

    @property
    def domains(self) -> Mapping[str, Domain]:
        """The EIP-712 domain of each log's registry."""
        return self._world.domains

    @property
    def passkey_verifier(self) -> bytes:
        """The address (20 bytes) of the verifier contract whose passkeys are accepted; empty for none."""
        return self._world.signers.passkeys

    @property
    def asks_contract_wallets(self) -> bool:
        """Whether signatures of contract wallets are accepted, which only the chain can check."""
        return self._world.signers.contracts is not None

    def verify_signer(self, signer: bytes, digest: bytes, signature: bytes) -> None:
        """Raise SignatureInvalid unless `signer` signed the 32-byte digest; OtherSite as `Signers.verify` does."""
        self._world.signers.verify(signer, digest, signature)

    def challenge_key(self) -> bytes:
        """The key (32 bytes) that authenticates sign-in challenges in all processes."""
        return self._world.gateway.derive("sign-in challenges")

    def check_chain(self) -> None:
        """Raise SourceUnavailable if the chain contradicts a log, ChainBehind if it has been silent too long."""
        self._world.heads(self._world.clock.now())

    def statement(self, log: str, position: int) -> LoggedStatement | None:
        """The statement at a position."""
        return self._world.log.statement_at(log, position)

    def find(self, log: str, entry: bytes) -> LoggedStatement | None:
        """The statement with that entry."""
        return self._world.log.find(log, entry)

    def head(self, log: str) -> Head:
        """Size and root over all accepted statements."""
        return self._world.log.head(log)

    def anchored(self, log: str) -> AnchoredHead:
        """Size and root of the anchored head on chain."""
        return self._world.log.anchored(log)

    def last_anchored(self, log: str) -> AnchoredHead:
        """The head last seen on chain, also while the chain is silent or contradicts this log."""
        return self._world.log.last_anchored(log)

    def head_history(self, log: str, below: int, step: int, limit: int) -> list[PastHead]:
        """Heads of a log on chain, newest first, with numbers below `below`, and at least `step` seconds apart."""
        return past_heads(self._world, log, self._world.past.head_changes(log, below, step, limit))

    def inclusion(self, log: str, position: int, size: int) -> list[bytes]:
        """The inclusion proof of a position in the tree of `size`. Raises ProofInvalid."""
        return self._world.log.inclusion(log, position, size)

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof between two sizes. Raises ProofInvalid."""
        return self._world.log.consistency(log, first, second)

    def statements_about(self, log: str, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Statements of a log that name the person as their data subject, by position above `after`."""
        return self._world.index.statements_about(log, data_subject, after, limit)

    def statements_before(self, log: str, data_subject: bytes, before: int, limit: int) -> list[LoggedStatement]:
        """Statements of a log that name the person as their data subject, newest first, by position below `before`."""
        return self._world.index.statements_before(log, data_subject, before, limit)

    def receipts_of(self, data_subject: bytes, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts and incidents about a person, by position above `after`."""
        return self._world.index.receipts_of(data_subject, after, limit)

    def receipts_by(self, requester: str, after: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, by position above `after`."""
        return self._world.index.receipts_by(requester, after, limit)

    def newest_receipts_by(self, requester: str, before: int, limit: int) -> list[LoggedStatement]:
        """Receipts of a requester's questions, newest first, by position below `before`."""
        return self._world.index.newest_receipts_by(requester, before, limit)

    def newest(self, data_subject: bytes, grantee: str) -> LoggedStatement | None:
        """The newest Consent, Delegation or Revocation between data subject and grantee."""
        return self._world.index.newest(data_subject, grantee)

    def consent(self, entry: bytes) -> ConsentState | None:
        """One consent by its entry."""
        return self._world.index.consent(entry)

    def consents_of(self, data_subject: bytes) -> list[ConsentState]:
        """A person's consents, all versions to all grantees, oldest first."""
        return self._world.index.consents_of(data_subject)

    def delegations_of(self, data_subject: bytes) -> list[DelegationState]:
        """All delegations for a person, oldest first."""
        return self._world.index.delegations_of(data_subject)

    def delegations_to(self, delegate: bytes, after: int, limit: int) -> list[DelegationState]:
        """Delegations to a delegate (signer bytes), of any person, by position above `after`."""
        return self._world.index.delegations_to(delegate, after, limit)

    def marks(self, after: bytes, limit: int) -> KnownMarks:
        """Marks of revocation that were read from the chain, by key above `after`."""
        return self._world.index.marks(after, limit)

    def incident(self, entry: bytes) -> Emergency | None:
        """A declared incident by its entry, or an extended one by the entry of its extension."""
        return self._world.index.incident(entry)

    def record(self, record_id: bytes) -> Record | None:
        """One record."""
        return self._world.index.record(record_id)

    def records_of(self, data_subject: bytes) -> list[Record]:
        """A person's records, oldest first."""
        return self._world.index.records_of(data_subject)

    def record_counts(self, data_subject: bytes) -> list[CategoryCount]:
        """For each category the records of a person that stand, by category."""
        return self._world.index.record_counts(data_subject)

    def party(self, account: str) -> Party | None:
        """One party by its EIP-55 address."""
        return self._world.directory.party(account)

    def party_since(self, account: str) -> int | None:
        """The second (UTC) since which the directory has had that EIP-55 address; None if that is not known."""
        return self._world.past.party_since(account)

    def parties(self) -> list[Party]:
        """All parties, by name."""
        return self._world.directory.parties()

    def notice(self, digest: bytes) -> Notice | None:
        """One notice by the hash that is signed."""
        return self._world.directory.notice(digest)

    def notices(self) -> list[Notice]:
        """All notices in all versions and languages."""
        return self._world.directory.notices()

    def work_item(self, kind: str, item_id: bytes) -> WorkItem | None:
        """One work item."""
        return self._world.work_items.item(kind, item_id)

    def work_items(
        self, kind: str, *, person: bytes | None = None, party: str | None = None, after: bytes = b"", limit: int = 100
    ) -> Sequence[WorkItem]:
        """Work items of a kind, about that person and with that party if given, by id above `after`."""
        return self._world.work_items.items(kind, person=person, party=party, after=after, limit=limit)
