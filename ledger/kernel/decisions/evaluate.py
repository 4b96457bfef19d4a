"""Questions about single records: each is answered by the rule, in the step that logs its receipt."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from mydata_ledger.ledger.access import EVERYTHING, AccessRequest, Decision, Facts
from mydata_ledger.ledger.decide import decide
from mydata_ledger.ledger.errors import AccessDenied, ChainBehind
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.ports.futures import mapped
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement, SignedStatement
from mydata_ledger.ledger.record import Record

ENFORCER = "enforcement-point"
"""The role of a gateway of others that asks us before it lets their requesters in (AuthZEN's PEP)."""
T = TypeVar("T")
Respond = Callable[[AccessRequest, Facts, int], tuple[T, AccessReceipt]]
"""From a question, its facts and the moment (UTC seconds) to its answer and the receipt's statement; asks no port."""


@dataclass(frozen=True, slots=True)
class RecordDecision:
    """A decision with the record that it rests on, as the facts had it; None where there is no such record."""

    decision: Decision
    record: Record | None


class Evaluation:
    """Questions and their answers: every one leaves its receipt before anything is released."""

    def __init__(self, world: World, statements: StatementSigning) -> None:
        self._world, self._statements = world, statements

    def request(self, requester: str, record_id: bytes, category: str, purpose: str, action: str) -> AccessRequest:
        """A question in the vocabulary's words. Raises UnknownTerm."""
        self._world.vocabulary.check_declared(category)
        self._world.vocabulary.check_action(action)
        path = self._world.vocabulary.path(purpose)
        return AccessRequest(secrets.token_bytes(32), requester, record_id, category, path, action)

    def may_ask_for(self, caller: str, requester: str) -> bool:
        """Whether the caller may put a requester's question: their own, or any as an accredited enforcement point."""
        if caller == requester:
            return True
        party = self._world.directory.party(caller)
        return party is not None and party.plays(ENFORCER, self._world.clock.now())

    def ask(self, request: AccessRequest) -> tuple[Decision, LoggedStatement]:
        """The decision; the question leaves its receipt. Raises ChainBehind, SourceUnavailable."""
        return self.answer(request, decided)

    def answer(self, request: AccessRequest, respond: Respond[T]) -> tuple[T, LoggedStatement]:
        """What `respond` makes of one question, with its receipt. Raises ChainBehind, SourceUnavailable."""
        return self.answer_soon([(request, respond)]).result()[0]

    def ask_soon(self, requests: Sequence[AccessRequest]) -> Future[list[tuple[Decision, LoggedStatement]]]:
        """`ask`, for many questions in one step: all are answered or none, and each leaves its own receipt.

        A question about a record of any category (`*`) is answered, and logged, as one about the record's own. Raises,
        or ends in, ChainBehind or SourceUnavailable.
        """
        return self.answer_soon([(request, decided) for request in requests])

    def answer_soon(self, asked: Sequence[tuple[AccessRequest, Respond[T]]]) -> Future[list[tuple[T, LoggedStatement]]]:
        """`ask_soon`, where each question says how it is answered from its facts."""
        now, how = self._world.clock.now(), {request.request_id: respond for request, respond in asked}
        answers: dict[bytes, T] = {}

        def answer(request: AccessRequest, facts: Facts) -> SignedStatement:
            self._world.check_followed(facts.followed_at, now)
            check_size(request, facts)
            answers[request.request_id], said = how[request.request_id](request, facts, now)
            return self._statements.unsigned(said)

        logged = self._world.log.answer_soon(
            [request for request, _ in asked], answer, now, self._statements.sign_batch
        )
        return mapped(
            logged, lambda done: [(answers[one.request_id], at) for (one, _), at in zip(asked, done, strict=True)]
        )


def decided(request: AccessRequest, facts: Facts, now: int) -> tuple[Decision, AccessReceipt]:
    """The answer to one question about one record, and what is signed about it."""
    if request.category == EVERYTHING and facts.record:
        request = request.about(facts.record.issue.category)
    decision = decide(request, facts, now)
    return decision, receipt_of(request, facts, decision, now)


def answered(request: AccessRequest, facts: Facts, now: int) -> tuple[RecordDecision, AccessReceipt]:
    """As `decided`, with the record that the decision rests on."""
    decision, receipt = decided(request, facts, now)
    return RecordDecision(decision, facts.record), receipt


def check_permitted(decision: Decision, receipt: LoggedStatement) -> None:
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
