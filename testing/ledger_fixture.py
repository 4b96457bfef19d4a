"""A ledger in memory with a person, a hospital, a trial, an insurer, a merchant and a responder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypeVar

from mydata_ledger.anchors.memory import FixedClock, MemoryKeys, MemoryPayloads, MemoryStore
from mydata_ledger.anchors.store import Store
from mydata_ledger.ledger import envelope, typed_data
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.emergency import EmergencyScope, Incident, IncidentExtension
from mydata_ledger.ledger.kernel import (
    Bounds,
    Draft,
    GrantRequest,
    Kernel,
    Release,
    RequestedKey,
    Signers,
    Upload,
    World,
    ports_of,
)
from mydata_ledger.ledger.notice import Notice
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.receipt import LOGS, LoggedStatement, Statement
from mydata_ledger.ledger.record import Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.vocabulary import Catalog, Term, Vocabulary
from testing.passkeys import VERIFIER

NOW = 1_800_000_000
LAB, VITALS = "health.lab", "health.vitals"
PURPOSES = {
    "hl7:HRESCH": "",
    "hl7:CLINTRCH": "hl7:HRESCH",
    "hl7:HMARKT": "",
    "hl7:ETREAT": "",
    "hl7:BTG": "hl7:ETREAT",
    "mydata:SELF_VIEW": "",
}
CATALOG = Catalog(
    "test",
    {LAB: Term("Laboratory", "검사"), VITALS: Term("Vital signs", "활력징후")},
    {code: Term(code, code, above) for code, above in PURPOSES.items()},
    emergency=EmergencyScope(urgent=(LAB,), further=(VITALS,)),
)
VOCABULARY = Vocabulary([CATALOG])
NOTICE = Notice("general", 1, "en", "We show you who reads what.")
OPERATOR_ROLES = frozenset({"operator", "holder", "collector"})
ROLES = {"hospital": "holder", "trial": "trial", "insurer": "insurer", "merchant": "merchant", "responder": "responder"}


StatementType = TypeVar("StatementType", bound=Statement)


def drafted(draft: Draft, kind: type[StatementType]) -> StatementType:
    """The statement of the draft, which must be of that kind."""
    assert isinstance(draft.statement, kind)
    return draft.statement


def wallet(number: int) -> Wallet:
    return Wallet(bytes([number]) * 32)


def world_of(kernel: Kernel) -> World:
    """The World of a kernel."""
    return kernel.queries._world


class LedgerFixture:
    """A kernel over in-memory adapters; `anchor()` does the work of notary and follower."""

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        store: MemoryStore | Store | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self.clock, self.payloads = FixedClock(NOW), MemoryPayloads()
        self.store: MemoryStore | Store = store or MemoryStore()
        self.ann, self.hurried = wallet(1), 0
        self.parties = {role: wallet(number) for number, role in enumerate(ROLES, start=2)}
        self.reader_keys = {w.address: envelope.generate_reader_key() for w in self.parties.values()}
        self.hospital, self.trial, self.insurer, self.merchant, self.responder = self.parties.values()
        self.operator = wallet(50)
        self.directory = [self.party(role, w) for role, w in self.parties.items()]
        self.directory.append(Party(self.operator.address, "The operator", OPERATOR_ROLES, b"", 0, 0))
        self.store.directory.set_parties(self.directory)
        self.store.directory.publish(NOTICE)
        domains = {log: Domain(31337, wallet(99).address) for log in LOGS}
        self.world = World(
            **ports_of(self.store),
            payloads=self.payloads,
            keys=MemoryKeys(self.store.log),
            clock=self.clock,
            gateway=self.operator,
            vocabulary=vocabulary or VOCABULARY,
            domains=domains,
            computer=envelope.generate_reader_key(),
            hurry=self.hurry,
            signers=Signers(passkeys=VERIFIER),
            bounds=bounds or Bounds(),
        )
        self.kernel = Kernel.of(self.world)
        self.anchor()

    def rebuild(self, **changed: Any) -> None:
        """Make a new kernel over a changed World."""
        self.world = replace(self.world, **changed)
        self.kernel = Kernel.of(self.world)

    def hurry(self) -> None:
        self.hurried += 1

    def party(self, role: str, party_wallet: Wallet) -> Party:
        key = self.reader_keys[party_wallet.address].public
        return Party(party_wallet.address, f"The {role}", frozenset({ROLES[role]}), key, 0, 0)

    def expire(self, party_wallet: Wallet) -> None:
        self.directory = [replace(p, valid_until=1) if p.account == party_wallet.address else p for p in self.directory]
        self.store.directory.set_parties(self.directory)

    def outdate_notice(self) -> None:
        self.store.directory.publish(replace(NOTICE, outdated=True))

    def anchor(self) -> None:
        for log in LOGS:
            self.store.anchoring.mark_anchored(log, self.store.log.head(log), block=7)
        self.store.anchoring.touch(self.clock.now())

    def sign(self, signer: Wallet, statement: Statement) -> bytes:
        return signer.sign(typed_data.digest(statement, self.kernel.statements.domain(statement)))

    def secret(self, grantee: Wallet, version: int = 1) -> bytes:
        """The secret of a version of Ann's consent: each has its own, since a secret ends every consent of its lock."""
        return sha256(b"secret %d for " % version + grantee.signer).digest()

    def version(self, grantee: Wallet) -> int:
        """The version of Ann's newest statement to the grantee; 0 if there is none."""
        newest = self.newest(grantee)
        return getattr(newest.signed.statement, "version", 0) if newest else 0

    def grant(
        self,
        category: str,
        purposes: tuple[str, ...] = ("hl7:CLINTRCH",),
        actions: tuple[str, ...] = ("view",),
        records: tuple[bytes, ...] = (),
        conditions: tuple[str, ...] = (),
    ) -> Grant:
        return Grant(Effect.PERMIT, (category,), purposes, actions, 0, NEVER, 0, 0, records, conditions)

    def draft(self, grantee: str, grants: Sequence[Grant], lock: bytes = bytes(32)) -> Draft:
        return self.kernel.consents.drafts.consent(
            GrantRequest(self.ann.signer, grantee, tuple(grants), NOTICE.digest, lock)
        )

    def signed_consent(self, grantee: Wallet, category: str, **terms: Any) -> tuple[Draft, bytes]:
        secret = self.secret(grantee, self.version(grantee) + 1)
        draft = self.draft(grantee.address, [self.grant(category, **terms)], lock_of(secret))
        return draft, self.sign(self.ann, draft.statement)

    def consents(self, grantee: Wallet, category: str, **terms: Any) -> LoggedStatement:
        draft, signature = self.signed_consent(grantee, category, **terms)
        return self.kernel.consents.acceptance.accept(drafted(draft, Consent), signature)

    def says(self, grantee: str, grants: Sequence[Grant], lock: bytes = bytes(32)) -> LoggedStatement:
        draft = self.draft(grantee, grants, lock)
        return self.kernel.consents.acceptance.accept(drafted(draft, Consent), self.sign(self.ann, draft.statement))

    def withdraws(self, grantee: Wallet) -> LoggedStatement:
        secret = self.secret(grantee, self.version(grantee))
        draft = self.kernel.consents.drafts.revocation(self.ann.signer, grantee.address, secret)
        return self.kernel.consents.revocations.accept(drafted(draft, Revocation), self.sign(self.ann, draft.statement))

    def newest(self, grantee: Wallet) -> LoggedStatement | None:
        return self.store.index.newest(self.ann.signer, grantee.address)

    def drafts(self, holder: Wallet, category: str, content: bytes = b'{"a":1}') -> list[Draft]:
        upload = Upload(self.ann.signer, category, "application/json", content)
        return self.kernel.records.issues.draft(holder.address, [upload])

    def issued(self, category: str, content: bytes = b'{"a":1}') -> bytes:
        (draft,) = self.drafts(self.hospital, category, content)
        issue = drafted(draft, Issue)
        self.kernel.records.issues.accept([(issue, self.sign(self.hospital, issue))])
        return issue.record_id

    def declares(self, responder: Wallet, number: str = "119-2026-7") -> bytes:
        draft = self.kernel.people.incidents.draft(
            responder.address, self.ann.signer, number, "found unconscious", 3_600
        )
        return self.kernel.people.incidents.declare(
            drafted(draft, Incident), self.sign(responder, draft.statement)
        ).signed.entry.entry

    def extends(self, responder: Wallet, incident: bytes, seconds: int = 3_600) -> bytes:
        draft = self.kernel.people.incidents.draft_extension(responder.address, incident, "still unconscious", seconds)
        return self.kernel.people.incidents.extend(
            drafted(draft, IncidentExtension), self.sign(responder, draft.statement)
        ).signed.entry.entry

    def asks(
        self,
        requester: Wallet,
        record: bytes,
        category: str = LAB,
        purpose: str = "hl7:CLINTRCH",
        incident: bytes = bytes(32),
    ) -> AccessRequest:
        request = self.kernel.decisions.evaluation.request(requester.address, record, category, purpose, "view")
        return replace(request, incident=incident)

    def reads(
        self,
        requester: Wallet,
        record: bytes,
        category: str = LAB,
        purpose: str = "hl7:CLINTRCH",
        incident: bytes = bytes(32),
    ) -> Release:
        return self.kernel.decisions.releases.access(self.asks(requester, record, category, purpose, incident))

    def permits(self, requester: Wallet, record: bytes, category: str = LAB) -> bool:
        return self.kernel.decisions.evaluation.ask(self.asks(requester, record, category))[0].permitted

    def seed_of(self, record_id: bytes, category: str = LAB) -> bytes:
        """The commitment seed in the sealed payload of a record, opened by the data subject."""
        key = envelope.generate_reader_key()
        release = self.kernel.decisions.releases.access(
            self.asks(self.ann, record_id, category, "mydata:SELF_VIEW"), RequestedKey(key.public)
        )
        data_key = envelope.unwrap(release.wrapped_key, key, record_id)
        assert release.sealed is not None
        return envelope.open_sealed(release.sealed, data_key, record_id).seed
