"""Questions about single records: the rule answers each in the transaction that logs its receipt."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from mydata_ledger.ledger.access import AccessRequest, Decision, Facts
from mydata_ledger.ledger.consent import category_covers
from mydata_ledger.ledger.decide import about_own_category, decide
from mydata_ledger.ledger.errors import AccessDenied, ChainBehind
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.ports.futures import mapped
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement, SignedStatement
from mydata_ledger.ledger.record import Record

ENFORCER = "enforcement-point"
"""The role of an external gateway that asks us before it admits its requesters (AuthZEN's PEP)."""
T = TypeVar("T")
Respond = Callable[[AccessRequest, Facts, int], tuple[T, AccessReceipt]]
"""Maps a question, its facts and the time (UTC seconds) to the answer and the statement of the receipt; calls no port.
"""


@dataclass(frozen=True, slots=True)
class RecordDecision:
    """A decision with its record as the facts had it; None if there is no such record."""

    decision: Decision
    record: Record | None


class Evaluation:
    """Questions and answers: each has its receipt before anything is released."""

    def __init__(self, world: World, statements: StatementSigning) -> None:
        self._world, self._statements = world, statements

    def request(self, requester: str, record_id: bytes, category: str, purpose: str, action: str) -> AccessRequest:
        """A question in the terms of the vocabulary. Raises UnknownTerm."""
        self._world.vocabulary.check_declared(category)
        self._world.vocabulary.check_action(action)
        path = self._world.vocabulary.path(purpose)
        members = secrets.token_bytes(32), requester, record_id, category, path, action
        return AccessRequest(*members, emergency=self._world.vocabulary.emergency_now)

    def may_ask_for(self, caller: str, requester: str) -> bool:
        """Whether the caller may ask for a requester: for themselves, or for any as an accredited enforcement point."""
        if caller == requester:
            return True
        party = self._world.directory.party(caller)
        return party is not None and party.plays(ENFORCER, self._world.clock.now())

    def ask(self, request: AccessRequest) -> tuple[Decision, LoggedStatement]:
        """The decision, and the receipt of the question. Raises ChainBehind, SourceUnavailable."""
        return self.answer(request, decided)

    def answer(self, request: AccessRequest, respond: Respond[T]) -> tuple[T, LoggedStatement]:
        """The result of `respond` for one question, with its receipt. Raises ChainBehind, SourceUnavailable."""
        return self.answer_soon([(request, respond)]).result()[0]

    def ask_soon(self, requests: Sequence[AccessRequest]) -> Future[list[tuple[Decision, LoggedStatement]]]:
        """`ask` for many questions in one transaction: all are answered or none, and each has its own receipt.

        A question about a category above the record's, or any (`*`), is answered, and logged, as one about the record's
        own category. Raises, or completes with, ChainBehind or SourceUnavailable.
        """
        return self.answer_soon([(request, decided) for request in requests])

    def answer_soon(
        self, questions: Sequence[tuple[AccessRequest, Respond[T]]]
    ) -> Future[list[tuple[T, LoggedStatement]]]:
        """`ask_soon`, where each question has its own function that answers it from its facts."""
        now, responders = self._world.clock.now(), {request.request_id: respond for request, respond in questions}
        answers: dict[bytes, T] = {}

        def answer(request: AccessRequest, facts: Facts) -> SignedStatement:
            self._world.check_followed(facts.followed_at, now)
            check_size(request, facts)
            answers[request.request_id], receipt = responders[request.request_id](request, facts, now)
            return self._statements.unsigned(receipt)

        logged = self._world.log.answer_soon(
            [request for request, _ in questions], answer, now, self._statements.sign_batch
        )
        return mapped(
            logged,
            lambda receipts: [
                (answers[request.request_id], receipt)
                for (request, _), receipt in zip(questions, receipts, strict=True)
            ],
        )


def decided(request: AccessRequest, facts: Facts, now: int) -> tuple[Decision, AccessReceipt]:
    """The decision on one question about one record, and the statement of its receipt."""
    if facts.record:
        request = about_own_category(request, facts.record)
    decision = decide(request, facts, now)
    return decision, receipt_of(request, facts, decision, now)


def answered(request: AccessRequest, facts: Facts, now: int) -> tuple[RecordDecision, AccessReceipt]:
    """The result of `decided`, with the record that the decision is about."""
    decision, receipt = decided(request, facts, now)
    return RecordDecision(decision, facts.record), receipt


def answered_about(categories: Sequence[str]) -> Respond[RecordDecision]:
    """`answered` for a question about a record of any of these categories, each with those below it; of another
    category it is decided, and logged, as one about the first of them.
    """

    def answer(request: AccessRequest, facts: Facts, now: int) -> tuple[RecordDecision, AccessReceipt]:
        own = facts.record.issue.category if facts.record else ""
        about = own if any(category_covers(category, own) for category in categories) else categories[0]
        return answered(request.about(about), facts, now)

    return answer


def check_permitted(decision: Decision, receipt: LoggedStatement) -> None:
    """Raise AccessDenied for a negative decision."""
    if not decision.permitted:
        raise AccessDenied(receipt.position)


def check_size(request: AccessRequest, facts: Facts) -> None:
    """Raise ChainBehind if the answer would rest on fewer consents than the caller knows to be on chain."""
    if facts.consents_size < request.at_least:
        raise ChainBehind(f"the answer would rest on {facts.consents_size} consents; ask again when more are known")


def receipt_of(request: AccessRequest, facts: Facts, decision: Decision, now: int, about: bytes = b"") -> AccessReceipt:
    """The gateway's statement about one answered question; its data subject is that of the record, otherwise
    `about`.
    """
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
