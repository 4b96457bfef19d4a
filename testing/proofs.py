"""Proof documents of every kind over a development chain, with real keys, trees and anchoring transactions."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
from eth_account import Account
from web3.types import RPCEndpoint

from mydata_ledger.api.proof_documents import certificate_document, proof_document
from mydata_ledger.ledger import merkle, typed_data
from mydata_ledger.ledger.access import Acknowledgement
from mydata_ledger.ledger.commitment import disclosure
from mydata_ledger.ledger.commitment.content import record_commitment
from mydata_ledger.ledger.commitment.entry import NO_LOCK, Entry, lock_of
from mydata_ledger.ledger.consent import NEVER, Consent, Effect, Grant, Revocation
from mydata_ledger.ledger.delegation import Delegation, paper_relation
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.kernel import Proof
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import (
    CONSENTS,
    LOG_OF,
    LOGS,
    AccessReceipt,
    LoggedStatement,
    SignedStatement,
    Statement,
)
from mydata_ledger.ledger.record import Erasure, Issue
from mydata_ledger.ledger.signers import Wallet
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.scripts.verify.attached import AttachedContent
from testing.devnet import LiveChain
from testing.revocations import outline, revoking_by_signature

PERSON, HOLDER, GATEWAY, CREW, STRANGER, COURT = (Wallet(sha256(name.encode()).digest()) for name in "phgcsa")
NOTICE = "We use your laboratory results for research. 검사 결과를 연구에 씁니다."
CONTENT = (
    b'{"resourceType":"Observation","status":"final","valueQuantity":{"value":6.30,"unit":"%"},"note":["\xed\x95\x9c"]}'
)
MEDIA, SEED = "application/fhir+json", sha256(b"seed").digest()
NURSE, CLERK = (Wallet(sha256(name.encode()).digest()) for name in ("nurse", "clerk"))
ROLES = {HOLDER: ["holder"], GATEWAY: ["operator"], CREW: ["responder"], COURT: ["authority"]}
ROLES |= {NURSE: ["witness"], CLERK: ["witness"]}
Document = dict[str, Any]
"""A proof document as JSON."""
Path = tuple[str | int, ...]
"""Path of a value in a document."""


class ProofBuilder:
    """Signs, logs and anchors statements on a LiveChain, and builds their proof documents."""

    def __init__(self, chain: LiveChain) -> None:
        self.chain = chain
        self.registries: dict[str, str] = {name: getattr(chain.deployment, name) for name in (*LOGS, "parties")}
        self.domains = {log: Domain(chain.deployment.chain_id, self.registries[log]) for log in LOGS}
        self.now: int = chain.web3.eth.get_block("latest")["timestamp"]
        self._logged: dict[str, list[LoggedStatement]] = {log: [] for log in LOGS}
        self._secrets: dict[bytes, bytes] = {}
        self._heads = dict.fromkeys(LOGS, Head(0, b""))
        self._nodes: dict[str, dict[tuple[int, int], bytes]] = {log: {} for log in LOGS}
        for wallet, roles in ROLES.items():
            words = [role.encode().ljust(32, b"\0") for role in roles]
            call = chain.contract("parties").functions.register(wallet.address, "a party", words, b"", 0, NEVER)
            chain.send(call)

    def lock(self) -> bytes:
        """A new lock, whose secret `opening` knows."""
        secret = secrets.token_bytes(32)
        self._secrets[lock_of(secret)] = secret
        return lock_of(secret)

    def opening(self, logged: LoggedStatement) -> tuple[bytes, bytes]:
        """Core and secret of a logged statement."""
        entry = logged.signed.entry
        return entry.core, self._secrets[entry.lock]

    def withdraw(self, logged: LoggedStatement, successor: bytes = bytes(32)) -> None:
        """Withdraw a record on chain as its holder."""
        issue, entry = logged.signed.statement, logged.signed.entry
        assert isinstance(issue, Issue)
        call = self.chain.contract("records").functions.withdraw(
            outline(issue), entry.salt, sha256(entry.signature).digest(), successor
        )
        account = Account.from_key(sha256(b"h").digest())
        self.chain.web3.provider.make_request(RPCEndpoint("anvil_setBalance"), [account.address, hex(10**20)])
        self.chain.send(call, account)

    def revoke_by_signature(self, logged: LoggedStatement) -> None:
        """End a consent on chain by a signature of the person, as if its secret were lost."""
        contract = self.chain.contract("consents")
        self.chain.send(revoking_by_signature(contract, PERSON, logged.signed, self.domains[CONSENTS]))

    def digest(self, statement: Statement) -> bytes:
        return typed_data.digest(statement, self.domains[LOG_OF[type(statement)]])

    def log(self, statement: Statement, signer: Wallet, signature: bytes | None = None) -> LoggedStatement:
        """Sign and log a statement; it is not anchored yet."""
        digest = self.digest(statement)
        signature = signer.sign(digest) if signature is None else signature
        entry = Entry(digest, signature, secrets.token_bytes(32), getattr(statement, "lock", NO_LOCK))
        signed = SignedStatement(statement, entry)
        statements = self._logged[signed.log]
        statements.append(LoggedStatement(signed, len(statements), self.now))
        return statements[-1]

    def log_batch(self, statement: Statement) -> LoggedStatement:
        """Log a receipt with a batch signature over it and four others."""
        digests = [secrets.token_bytes(32) for _ in range(5)]
        digests[2] = self.digest(statement)
        return self.log(statement, GATEWAY, typed_data.sign_batch(digests, GATEWAY.sign)[2])

    def anchor(self) -> None:
        """Put the head of every log on chain, as the notary does."""
        for log, statements in self._logged.items():
            old = self._heads[log]
            if len(statements) == old.size:
                continue
            _, nodes = merkle.grow(0, [], [item.signed.entry.leaf for item in statements])
            self._nodes[log] = {(level, index): hash_ for level, index, hash_ in nodes}
            head = Head(len(statements), merkle.root_at(len(statements), self._node(log)))
            proof = merkle.consistency_proof(old.size, head.size, self._node(log)) if old.size else []
            self.chain.send(self.chain.contract(log).functions.advance(head.size, head.root, proof))
            self._heads[log] = head

    def document(self, logged: LoggedStatement) -> Document:
        """The proof document as the API answers it."""
        return proof_document(self._proof(logged), self.registries)

    def certificate(self, erasure: LoggedStatement, issue: LoggedStatement) -> Document:
        return certificate_document(self._proof(erasure), self._proof(issue), self.registries)

    def _proof(self, logged: LoggedStatement) -> Proof:
        log, head = logged.signed.log, self._heads[logged.signed.log]
        domain = self.domains[log]
        if logged.position >= head.size:
            return Proof(logged, domain, None, (), 0)
        path = merkle.inclusion_proof(logged.position, head.size, self._node(log))
        return Proof(logged, domain, head, tuple(path), 0, self._consents_of(logged))

    def _consents_of(self, logged: LoggedStatement) -> tuple[Entry, ...]:
        named: tuple[bytes, ...] = getattr(logged.signed.statement, "consents", ())
        return tuple(one.signed.entry for one in self._logged[CONSENTS] if one.signed.entry.entry in named)

    def _node(self, log: str) -> Callable[[int, int], bytes]:
        return lambda level, index: self._nodes[log][level, index]

    def consent(self, **members: Any) -> Consent:
        grant = Grant(Effect.PERMIT, ("health.lab",), ("hl7:CLINTRCH",), ("view",), self.now - 60, NEVER)
        defaults: dict[str, Any] = {
            "data_subject": PERSON.signer,
            "signer": PERSON.signer,
            "grantee": CREW.address,
            "grantee_name": "Hangang 병원",
            "version": 1,
            "previous": bytes(32),
            "grants": (grant,),
            "notice_hash": sha256(NOTICE.encode()).digest(),
            "notice_language": "ko",
            "signed_at": self.now,
            "lock": self.lock(),
        }
        return Consent(**defaults | members)

    def delegation(self, **fields: Any) -> Delegation:
        defaults = Delegation(
            data_subject=PERSON.signer,
            delegator=PERSON.signer,
            delegate=STRANGER.signer,
            delegate_name="Kim 대리",
            relation="representative",
            categories=("health",),
            not_before=self.now - 60,
            expires=NEVER,
            proof=bytes(32),
            signed_at=self.now,
            lock=self.lock(),
        )
        return replace(defaults, **fields)

    def witness_statement(self, statement: Consent, **fields: Any) -> Delegation:
        """Delegation of a paper witness: the person signed the statement on paper."""
        defaults = self.delegation(
            delegator=NURSE.signer,
            delegate=statement.signer,
            delegate_name="Clerk 원무과",
            relation=paper_relation(self.digest(statement)),
            categories=("health.lab",),
            not_before=statement.signed_at,
            expires=statement.signed_at + 1,
            proof=sha256(b"scan").digest(),
            lock=NO_LOCK,
        )
        return replace(defaults, **fields)

    def issue(self, **fields: Any) -> Issue:
        commitment = record_commitment(CONTENT, MEDIA, SEED)
        defaults = Issue(
            record_id=secrets.token_bytes(32),
            data_subject=PERSON.signer,
            holder=HOLDER.address,
            category="health.lab",
            data_from=0,
            data_until=0,
            commitment=commitment,
            cid="bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
            supersedes=bytes(32),
            issued_at=self.now,
            lock=self.lock(),
        )
        return replace(defaults, **fields)

    def erasure(self, issue: Issue, **fields: Any) -> Erasure:
        defaults = Erasure(issue.record_id, PERSON.signer, issue.cid, secrets.token_bytes(32), self.now + 5)
        return replace(defaults, **fields)

    def receipt(self, **fields: Any) -> AccessReceipt:
        defaults = AccessReceipt(
            request_id=secrets.token_bytes(32),
            requester=CREW.address,
            data_subject=PERSON.signer,
            record_id=secrets.token_bytes(32),
            category="health.lab",
            purpose="hl7:CLINTRCH",
            action="view",
            justification=bytes(32),
            permitted=True,
            reason="consented",
            consents=(),
            consents_size=1,
            records_size=1,
            block=7,
            decided_at=self.now,
        )
        return replace(defaults, **fields)

    def incident(self) -> Incident:
        return Incident(CREW.address, PERSON.signer, "119-2026-7", "unconscious", self.now, self.now + 3600)

    def extension(self, incident: LoggedStatement) -> IncidentExtension:
        entry, box = incident.signed.entry.entry, (self.now, self.now + 3600)
        return IncidentExtension(CREW.address, PERSON.signer, entry, "still unconscious", *box)

    def acknowledgement(self, receipt: LoggedStatement) -> Acknowledgement:
        entry, opened = receipt.signed.entry.entry, receipt.signed.statement
        assert isinstance(opened, AccessReceipt)
        return Acknowledgement(CREW.address, opened.record_id, entry, self.now + 1)

    def revocation(self, entry: bytes, secret: bytes = NO_LOCK) -> Revocation:
        return Revocation(PERSON.signer, PERSON.signer, CREW.address, "Hangang", 2, entry, secret, self.now)


def with_notice(document: Document) -> Document:
    return document | {"notice": {"language": "ko", "text": NOTICE}}


def with_content(document: Document, content: bytes = CONTENT, *, json: bool = True, seed: bytes = SEED) -> Document:
    return document | {"content": AttachedContent(json, seed, content).written()}


def with_fields(document: Document, *pointers: str) -> Document:
    return document | {"disclosure": orjson.loads(disclosure.to_json(disclosure.disclose(CONTENT, SEED, pointers)))}


def every_kind(builder: ProofBuilder) -> dict[str, Document]:
    """One valid, anchored document of each kind, by a descriptive name."""
    delegation = builder.log(builder.delegation(), PERSON)
    issued = builder.issue()
    consent, issue = builder.log(builder.consent(), PERSON), builder.log(issued, HOLDER)
    by_delegate = builder.log(builder.consent(signer=STRANGER.signer), STRANGER)
    entry = consent.signed.entry.entry
    logged = {
        "withdrawal": builder.log(builder.revocation(secrets.token_bytes(32), secrets.token_bytes(32)), PERSON),
        "access receipt": builder.log(builder.receipt(consents=(entry,)), GATEWAY),
        "refusal": builder.log_batch(builder.receipt(permitted=False, reason="no_consent", consents=(entry,))),
        "emergency": builder.log(builder.incident(), CREW),
    }
    on_paper = builder.consent(signer=CLERK.signer)
    witnessed, paper = builder.log(builder.witness_statement(on_paper), NURSE), builder.log(on_paper, CLERK)
    logged["extension"] = builder.log(builder.extension(logged["emergency"]), CREW)
    logged["acknowledgement"] = builder.log(builder.acknowledgement(logged["access receipt"]), CREW)
    erasure = builder.log(builder.erasure(issued), PERSON)
    builder.anchor()
    record = builder.document(issue)
    return {
        "consent": with_notice(builder.document(consent)),
        "record": record,
        "record with content": with_content(record),
        "disclosure": with_fields(record, "/valueQuantity", "/status"),
        "delegation": builder.document(delegation),
        "consent of a delegate": with_notice(builder.document(by_delegate))
        | {"delegation": builder.document(delegation)},
        "consent on paper": with_notice(builder.document(paper)) | {"delegation": builder.document(witnessed)},
        "erasure certificate": builder.certificate(erasure, issue),
        **{name: builder.document(statement) for name, statement in logged.items()},
    }


def paths(node: Any, path: Path = ()) -> Iterator[Path]:
    """Path of every value in a JSON document."""
    if isinstance(node, dict) and node:
        for name, value in node.items():
            yield from paths(value, (*path, name))
    elif isinstance(node, list) and node:
        for index, value in enumerate(node):
            yield from paths(value, (*path, index))
    else:
        yield path


def value_at(document: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        document = document[step]
    return document


def put(document: Any, path: Path, value: object) -> Any:
    """A copy of a document with one value replaced."""
    copy = orjson.loads(orjson.dumps(document))
    value_at(copy, path[:-1])[path[-1]] = value
    return copy
