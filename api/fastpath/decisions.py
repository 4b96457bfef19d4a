"""Batched decisions: for all callers of a moment one session lookup and one durable write, with a receipt for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from mydata_ledger.api.auth import SESSION_ENDED, AppContext
from mydata_ledger.api.fastpath.batching import Batcher, Outcomes
from mydata_ledger.ledger.access import AccessRequest, Decision
from mydata_ledger.ledger.errors import LedgerError, NotEntitled, SessionRequired
from mydata_ledger.ledger.kernel import Kernel, Respond, decided
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.ports.futures import completed, mapped
from mydata_ledger.ledger.receipt import LoggedStatement

T = TypeVar("T")
DecisionOutcome = tuple[Decision, LoggedStatement] | LedgerError
RequestOrError = AccessRequest | LedgerError
"""An access request, or the reason why there is none."""
SESSION_ENDED_ERROR = SessionRequired(SESSION_ENDED)
NOT_ENTITLED_TO_ASK = NotEntitled("you may ask for yourself only; an accredited enforcement point may ask for others")


@dataclass(slots=True)
class DeferredRequest:
    """The access requests of one caller, made once the caller is known.

    `make` gives them for the caller's name as a requester; `respond` answers them. `session` is the key of the caller's
    session; None for a caller who is already known and entitled to ask.
    """

    session: bytes | None
    make: Callable[[str], Sequence[RequestOrError]]
    respond: Respond[Any]
    questions: Sequence[Any] = ()
    error: LedgerError | None = None

    def make_for(self, name: str, may_ask_for: Callable[[str, str], bool]) -> None:
        """Make the requests of the caller of that name, or keep the error that prevents it."""
        try:
            requests, self.error = self.make(name), None
        except LedgerError as error:
            requests, self.error = (), error
        self.questions = [
            NOT_ENTITLED_TO_ASK
            if isinstance(request, AccessRequest) and not may_ask_for(name, request.requester)
            else request
            for request in requests
        ]

    def outcome(self, answers: Iterator[Any]) -> Sequence[Any] | LedgerError:
        """The answers in the order of the requests, or the error that the whole call ends in."""
        return self.error or [
            next(answers) if isinstance(request, AccessRequest) else request for request in self.questions
        ]


class DecisionBatcher:
    """Answers access requests, each with its receipt. Used by coroutines; if the store cannot write at once, its own
    thread waits for it.
    """

    def __init__(self, context: AppContext) -> None:
        self.kernel: Kernel = context.kernel
        self._sessions = context.sessions
        self._batcher: Batcher[DeferredRequest] = Batcher(self._answer_batch, _error_applies_to_all)

    def ask(self, session: bytes, questions: Sequence[RequestOrError]) -> asyncio.Future[Sequence[DecisionOutcome]]:
        """The answers to come, in order; NotEntitled in the place of a request the caller may not make.

        Fails as a whole with SessionRequired, ChainBehind or SourceUnavailable.
        """
        return self._batcher.put(DeferredRequest(session, lambda _: questions, decided), len(questions))

    async def answer(self, question: AccessRequest, respond: Respond[T]) -> tuple[T, LoggedStatement]:
        """The answer to a request of a caller who is entitled to make it. Raises ChainBehind, SourceUnavailable."""
        answered: tuple[T, LoggedStatement]
        (answered,) = await self._batcher.put(DeferredRequest(None, lambda _: [question], respond))
        return answered

    async def answer_for(
        self, session: bytes, make: Callable[[str], AccessRequest | None], respond: Respond[T]
    ) -> tuple[AccessRequest, T, LoggedStatement] | None:
        """Answer the request that `make` gives for the caller of a session.

        Returns:
            The request, its answer and its receipt; None if `make` gives none.

        Raises:
            SessionRequired, ChainBehind, SourceUnavailable, NotEntitled, and what `make` raises.
        """
        deferred = DeferredRequest(session, lambda name: [request] if (request := make(name)) else [], respond)
        answers = await self._batcher.put(deferred)
        if answers and isinstance(answers[0], LedgerError):
            raise answers[0]
        return (deferred.questions[0], *answers[0]) if answers else None

    def _answer_batch(self, batch: Sequence[DeferredRequest]) -> Future[Outcomes]:
        self._make_questions(batch)
        to_answer = [
            (request, deferred.respond)
            for deferred in batch
            for request in deferred.questions
            if isinstance(request, AccessRequest)
        ]
        answers = self.kernel.decisions.evaluation.answer_soon(to_answer) if to_answer else completed([])

        def outcomes(results: Sequence[Any]) -> Outcomes:
            remaining = iter(results)
            return [deferred.outcome(remaining) for deferred in batch]

        return mapped(answers, outcomes)

    def _make_questions(self, batch: Sequence[DeferredRequest]) -> None:
        """Look up the callers of a batch at once, and make their requests."""
        kernel, sessions = self.kernel, {deferred.session for deferred in batch if deferred.session is not None}
        signers = self._sessions.signers_of(sessions, kernel.queries.now()) if sessions else {}
        names = {session: requester_name(signer) for session, signer in signers.items()}
        may_ask_for = cache(kernel.decisions.evaluation.may_ask_for)
        for deferred in batch:
            if deferred.session is None:
                deferred.make_for("", lambda *_: True)
            elif deferred.session in names:
                deferred.make_for(names[deferred.session], may_ask_for)
            else:
                deferred.questions, deferred.error = (), SESSION_ENDED_ERROR


def _error_applies_to_all(batch: Sequence[DeferredRequest]) -> bool:
    """True if an error of the batch applies to every request in it: none demands a minimum number of consents, which
    the batch may not have reached.
    """
    return not any(
        request.at_least for deferred in batch for request in deferred.questions if isinstance(request, AccessRequest)
    )
