"""declare · ask · access: every question leaves one receipt, before anything is released."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.access import EVERYTHING, RESPONDER, AccessRequest, Decision, Facts, Incident
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import AccessDenied, ChainBehind, InvalidStatement, NotEntitled
from mydata_ledger.ledger.kernel.marking import Marking
from mydata_ledger.ledger.party import ADDRESS_SIZE, checksum
from mydata_ledger.ledger.ports.soon import then
from mydata_ledger.ledger.receipt import AccessReceipt, Logged, Signed
from mydata_ledger.ledger.record import Record
from mydata_ledger.ledger.typed_data import Domain

ENFORCER = "enforcement-point"
"""The role of a gateway of others that asks us before it lets their requesters in (AuthZEN's PEP)."""
T = TypeVar("T")
Respond = Callable[[AccessRequest, Facts, int], tuple[T, AccessReceipt]]
"""From a question, its facts and the moment (UTC seconds) to its answer and the receipt's statement; asks no port."""
RELEASING = frozenset({"view", "copy", "transfer"})


@dataclass(frozen=True, slots=True)
class Permit:
    """A yes about one record, with its durable receipt; nothing has left yet."""

    record: Record
    receipt: Logged
    obligations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Release:
    """What a permitted requester gets: the sealed payload, its data key wrapped for them, the receipt, the record, and
    what the consents oblige them to; `pseudonym` stands for the person where they may not know who it is. `sealed` is
    None for a record that is handed out in pieces (`LargeRecords.sealed`).
    """

    sealed: bytes | None
    wrapped_key: bytes
    receipt: Logged
    record: Record
    obligations: frozenset[str]
    on_paper: tuple[bytes, ...] = ()
    pseudonym: bytes = b""


class Answers(Marking):
    """The only way to a record."""

    def declare(self, incident: Incident, signature: bytes, claimed: Domain | None = None) -> Logged:
        """Accept a responder's signed emergency; it is anchored at once and shown to the person.

        Raises WrongChain, SignatureInvalid, NotEntitled, InvalidStatement.
        """
        self.check_domain(Incident, claimed)
        signed = self.seal(incident, bytes.fromhex(incident.responder[2:]), signature)
        now = self.world.clock.now()
        party = self.world.store.party(incident.responder)
        if party is None or not party.plays(RESPONDER, now):
            raise NotEntitled("only an accredited responder may declare an incident")
        if not incident.incident_number.strip() or not incident.reason.strip():
            raise InvalidStatement("an incident needs its number and a reason")
        open_for = incident.expires - incident.not_before
        if not incident.not_before <= now < incident.expires or open_for > self.world.bounds.incident_seconds:
            raise InvalidStatement("the incident is not open now; ask for a new draft")
        logged = self.world.store.append([signed], now)[0]
        self.world.hurry()
        return logged

    def request(self, requester: str, record_id: bytes, category: str, purpose: str, action: str) -> AccessRequest:
        """A question in the vocabulary's words. Raises UnknownTerm."""
        self.world.vocabulary.check_declared(category)
        self.world.vocabulary.check_action(action)
        path = self.world.vocabulary.path(purpose)
        return AccessRequest(secrets.token_bytes(32), requester, record_id, category, path, action)

    def may_ask_for(self, caller: str, requester: str) -> bool:
        """Whether the caller may put a requester's question: their own, or any as an accredited enforcement point."""
        if caller == requester:
            return True
        party = self.world.store.party(caller)
        return party is not None and party.plays(ENFORCER, self.world.clock.now())

    def ask(self, request: AccessRequest) -> tuple[Decision, Logged]:
        """The answer without the record; the question leaves its receipt. Raises ChainBehind."""
        return self.ask_soon([request]).result()[0]

    def ask_soon(self, requests: Sequence[AccessRequest]) -> Future[list[tuple[Decision, Logged]]]:
        """`ask`, for many questions in one step: all are answered or none, and each leaves its own receipt.

        A question about a record of any category (`*`) is answered, and logged, as one about the record's own. Raises,
        or ends in, ChainBehind or SourceUnavailable.
        """
        return self.answer_soon([(request, decided) for request in requests])

    def answer_soon(self, asked: Sequence[tuple[AccessRequest, Respond[T]]]) -> Future[list[tuple[T, Logged]]]:
        """The same, where each question says how it is answered from its facts."""
        now, how = self.world.clock.now(), {request.request_id: respond for request, respond in asked}
        answers: dict[bytes, T] = {}

        def answer(request: AccessRequest, facts: Facts) -> Signed:
            self.world.check_followed(facts.followed_at, now)
            check_size(request, facts)
            answers[request.request_id], said = how[request.request_id](request, facts, now)
            return self.unsigned(said)

        logged = self.world.store.answer_soon([request for request, _ in asked], answer, now, self.sign_together)
        return then(
            logged, lambda done: [(answers[one.request_id], at) for (one, _), at in zip(asked, done, strict=True)]
        )

    def permit(self, request: AccessRequest) -> Permit:
        """Ask, for a record itself. Raises AccessDenied, ChainBehind, SourceUnavailable."""
        return self.permitted(request, self.ask(request))

    def permitted(self, request: AccessRequest, answered: tuple[Decision, Logged]) -> Permit:
        """What was asked for and answered. Raises AccessDenied."""
        decision, receipt = answered
        check_permitted(decision, receipt)
        record = self.world.store.record(request.record_id)
        if record is None:
            raise AccessDenied(receipt.position)
        return Permit(record, receipt, decision.obligations)

    def hand_out(self, permit: Permit, wrap_for: bytes) -> Release:
        """The whole record, its key wrapped for an HPKE public key.

        Raises MalformedInput for what is no key, IntegrityFailure, KeyDestroyed, SourceUnavailable.
        """
        sealed = self.world.sealed(permit.record.issue.cid)
        key = self.world.keys.rewrap(permit.record.issue.record_id, wrap_for, permit.receipt)
        said = permit.receipt.signed.statement
        paper = self.on_paper(said.consents) if isinstance(said, AccessReceipt) else ()
        return Release(sealed, key, permit.receipt, permit.record, permit.obligations, paper)

    def open_here(self, release: Release) -> Content:
        """What was handed out to the operator itself: it must not leave the process as it is.

        Raises InvalidStatement for a record that is handed out in pieces.
        """
        if release.sealed is None:
            raise InvalidStatement("a record of this size is handed out in pieces and not opened here")
        record_id = release.record.issue.record_id
        key = envelope.unwrap(release.wrapped_key, self.world.computer, record_id)
        return envelope.open_sealed(release.sealed, key, record_id)


def requester_name(signer: bytes) -> str:
    """How a signer is named as a requester: a wallet by its EIP-55 address, other keys by their bytes in hex."""
    return checksum(signer) if len(signer) == ADDRESS_SIZE else "0x" + signer.hex()


def decided(request: AccessRequest, facts: Facts, now: int) -> tuple[Decision, AccessReceipt]:
    """The answer to one question about one record, and what is signed about it."""
    if request.category == EVERYTHING and facts.record:
        request = request.about(facts.record.issue.category)
    decision = decide(request, facts, now)
    return decision, receipt_of(request, facts, decision, now)


def check_permitted(decision: Decision, receipt: Logged) -> None:
    """Raise AccessDenied for a no."""
    if not decision.permitted:
        raise AccessDenied(receipt.position)


def check_size(request: AccessRequest, facts: Facts) -> None:
    """Raise ChainBehind where the answer would rest on less than the asker knows to be on chain."""
    if facts.consents_size < request.at_least:
        raise ChainBehind(f"the answer would rest on {facts.consents_size} consents; ask again when more are known")


def receipt_of(request: AccessRequest, facts: Facts, decision: Decision, now: int, about: bytes = b"") -> AccessReceipt:
    """What the gateway signs about one answered question, about the person of its record or the one named."""
    return AccessReceipt(
        request_id=request.request_id,
        requester=request.requester,
        data_subject=facts.record.issue.data_subject if facts.record else about,
        record_id=request.record_id,
        category=request.category,
        purpose=request.purpose,
        action=request.action,
        justification=request.incident,
        permitted=decision.permitted,
        reason=decision.reason,
        consents=decision.consents,
        consents_size=facts.consents_size,
        records_size=facts.records_size,
        block=facts.block,
        decided_at=now,
    )
