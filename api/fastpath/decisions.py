"""Questions of all callers of a moment: one look-up of who asks, one durable write, a receipt for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from mydata_ledger.api.auth import SESSION_OVER, AppContext
from mydata_ledger.api.fastpath.batching import Batcher, Outcomes
from mydata_ledger.ledger.access import AccessRequest, Decision
from mydata_ledger.ledger.errors import LedgerError, NotEntitled, SessionRequired
from mydata_ledger.ledger.kernel import Kernel, Respond, decided
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.ports.futures import completed, mapped
from mydata_ledger.ledger.receipt import LoggedStatement

T = TypeVar("T")
DecisionOutcome = tuple[Decision, LoggedStatement] | LedgerError
Question = AccessRequest | LedgerError
"""What is asked, or why it cannot be asked."""
OVER = SessionRequired(SESSION_OVER)
NOT_YOURS = NotEntitled("you may ask for yourself only; an accredited enforcement point may ask for others")


@dataclass(slots=True)
class DeferredRequest:
    """What one caller asks, and how that is answered: `make` gives the questions of a caller by their name as a
    requester. `session` is the key of the caller's session; None for a caller who is known and may ask.
    """

    session: bytes | None
    make: Callable[[str], Sequence[Question]]
    respond: Respond[Any]
    questions: Sequence[Any] = ()
    error: LedgerError | None = None

    def make_for(self, name: str, may_ask_for: Callable[[str, str], bool]) -> None:
        """Make the questions of the caller of that name, or keep why there are none."""
        try:
            made, self.error = self.make(name), None
        except LedgerError as error:
            made, self.error = (), error
        self.questions = [
            NOT_YOURS if isinstance(one, AccessRequest) and not may_ask_for(name, one.requester) else one
            for one in made
        ]

    def outcome(self, answers: Iterator[Any]) -> Sequence[Any] | LedgerError:
        """The answers, each where it was asked, or the error that the whole request ends in."""
        return self.error or [next(answers) if isinstance(one, AccessRequest) else one for one in self.questions]


class DecisionBatcher:
    """Answers questions, each with its receipt. Used by coroutines; where the store cannot write at once, its own
    thread waits for it.
    """

    def __init__(self, premises: AppContext) -> None:
        self.kernel: Kernel = premises.kernel
        self._sessions = premises.sessions
        self._batcher: Batcher[DeferredRequest] = Batcher(self._answered, _concerns_all)

    def ask(self, session: bytes, questions: Sequence[Question]) -> asyncio.Future[Sequence[DecisionOutcome]]:
        """The answers to come, in order; a question the caller may not put gets a NotEntitled in its place.

        Ends in SessionRequired, ChainBehind or SourceUnavailable for all of them.
        """
        return self._batcher.put(DeferredRequest(session, lambda _: questions, decided), len(questions))

    async def answer(self, question: AccessRequest, respond: Respond[T]) -> tuple[T, LoggedStatement]:
        """The answer to a question that the caller may put. Raises ChainBehind, SourceUnavailable."""
        answered: tuple[T, LoggedStatement]
        (answered,) = await self._batcher.put(DeferredRequest(None, lambda _: [question], respond))
        return answered

    async def put(
        self, session: bytes, make: Callable[[str], AccessRequest | None], respond: Respond[T]
    ) -> tuple[AccessRequest, T, LoggedStatement] | None:
        """The question that `make` makes for the caller, and its answer; None where it makes none. Raises
        SessionRequired, ChainBehind, SourceUnavailable, what `make` raises, NotEntitled where they may not put it.
        """
        asked = DeferredRequest(session, lambda name: [one] if (one := make(name)) else [], respond)
        answers = await self._batcher.put(asked)
        if answers and isinstance(answers[0], LedgerError):
            raise answers[0]
        return (asked.questions[0], *answers[0]) if answers else None

    def _answered(self, batch: Sequence[DeferredRequest]) -> Future[Outcomes]:
        self._make_questions(batch)
        put = [(one, asked.respond) for asked in batch for one in asked.questions if isinstance(one, AccessRequest)]
        answers = self.kernel.decisions.evaluation.answer_soon(put) if put else completed([])

        def outcomes(found: Sequence[Any]) -> Outcomes:
            left = iter(found)
            return [asked.outcome(left) for asked in batch]

        return mapped(answers, outcomes)

    def _make_questions(self, batch: Sequence[DeferredRequest]) -> None:
        """Look up who asks, for all of them at once, and make what they may ask."""
        kernel, sessions = self.kernel, {asked.session for asked in batch if asked.session is not None}
        signers = self._sessions.signers_of(sessions, kernel.queries.now()) if sessions else {}
        names = {session: requester_name(signer) for session, signer in signers.items()}
        may_ask_for = cache(kernel.decisions.evaluation.may_ask_for)
        for asked in batch:
            if asked.session is None:
                asked.make_for("", lambda *_: True)
            elif asked.session in names:
                asked.make_for(names[asked.session], may_ask_for)
            else:
                asked.questions, asked.error = (), OVER


def _concerns_all(batch: Sequence[DeferredRequest]) -> bool:
    """Whether an error of the batch applies to every request in it: nobody demanded more than may be known."""
    return not any(one.at_least for asked in batch for one in asked.questions if isinstance(one, AccessRequest))
