"""Those who ask in the same moment are answered together: one look, one durable write, many answers."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from mydata_ledger.api.auth import Premises
from mydata_ledger.ledger.access import AccessRequest, Decision
from mydata_ledger.ledger.errors import LedgerError, NotEntitled, SessionRequired
from mydata_ledger.ledger.kernel import Kernel, Respond, decided
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.ports.soon import now, then
from mydata_ledger.ledger.receipt import Logged

MOST = 128
"""Questions in one group, about: between groups the others on this loop have their turn. One call may have more."""
AT_ONCE = 1
"""Groups on their way: while one is written the next is considered, and what comes meanwhile is one group."""
T = TypeVar("T")
Answer = tuple[Decision, Logged] | LedgerError
Outcomes = list[Sequence[Any] | Exception]
Make = Callable[[str], AccessRequest | None]
"""From the caller's name as a requester to what they ask, if that is a question. Raises LedgerError."""
OVER = SessionRequired("the session is unknown or over; sign in again")
NOT_YOURS = NotEntitled("you may ask for yourself only; an accredited enforcement point may ask for others")


@dataclass(slots=True)
class Asked:
    """The questions of one caller (or what else is handed in), how they are answered, and where the answers go.

    `token` is the digest of the session's token; none of a caller of whom it is known that they may ask.
    """

    token: bytes | None
    questions: Sequence[Any]
    respond: Respond[Any]
    answers: asyncio.Future[Sequence[Any]]

    def settle(self, outcome: Sequence[Any] | BaseException) -> None:
        """Hand out the answers, if the caller is still there."""
        if self.answers.done():
            return
        if isinstance(outcome, BaseException):
            self.answers.set_exception(outcome)
        else:
            self.answers.set_result(outcome)


@dataclass(slots=True)
class Meant:
    """A question that depends on who asks, made once that is known; or what is wrong with it."""

    make: Make
    made: AccessRequest | None = None
    wrong: LedgerError | None = None

    def of(self, name: str) -> AccessRequest | Meant:
        """The question of the caller of that name; itself where there is none."""
        try:
            self.made = self.make(name)
        except LedgerError as error:
            self.wrong = error
        return self.made or self


@dataclass(slots=True)
class Queue:
    """Who waits on one event loop, and how many groups are on their way to the disk."""

    waiting: list[Asked] = field(default_factory=list)
    flying: int = 0
    called: bool = False
    seen: int = 0

    def grows(self) -> bool:
        """Whether more are waiting than a moment ago, and there is still room in the group."""
        grown = self.seen < len(self.waiting) < MOST
        self.seen = len(self.waiting) if grown else 0
        return grown

    def next_group(self) -> list[Asked]:
        """Take out the first ones, up to a full group."""
        count = questions = 0
        while count < len(self.waiting) and questions < MOST:
            questions += len(self.waiting[count].questions)
            count += 1
        group, self.waiting = self.waiting[:count], self.waiting[count:]
        return group


class Together(ABC):
    """Used by coroutines; where the store cannot write at once, its own thread waits for it."""

    def __init__(self, house: Premises) -> None:
        self._house = house
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, Queue] = WeakKeyDictionary()

    @property
    def kernel(self) -> Kernel:
        """The verbs that answer."""
        return self._house.kernel

    def _enqueue(
        self, questions: Sequence[Any], token: bytes | None = None, respond: Respond[Any] = decided
    ) -> asyncio.Future[Sequence[Any]]:
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop) or self._queues.setdefault(loop, Queue())
        asked = Asked(token, questions, respond, loop.create_future())
        queue.waiting.append(asked)
        self._start_soon(loop, queue)
        return asked.answers

    def _start_soon(self, loop: asyncio.AbstractEventLoop, queue: Queue) -> None:
        """In the loop's next turn, unless enough is on its way: what comes meanwhile shares the next group's cost."""
        if queue.waiting and not queue.called and queue.flying < AT_ONCE:
            queue.called = True
            loop.call_soon(self._start, loop, queue)

    def _start(self, loop: asyncio.AbstractEventLoop, queue: Queue) -> None:
        """Answer what is waiting, up to a full group, once a turn of the loop has brought nobody new."""
        if queue.grows():
            loop.call_soon(self._start, loop, queue)
            return
        queue.called = False
        group = queue.next_group()
        self._put(loop, group)
        if coming := [asked.answers for asked in group if not asked.answers.done()]:
            queue.flying += 1
            asyncio.gather(*coming, return_exceptions=True).add_done_callback(lambda _: self._landed(loop, queue))
        self._start_soon(loop, queue)

    def _landed(self, loop: asyncio.AbstractEventLoop, queue: Queue) -> None:
        queue.flying -= 1
        self._start_soon(loop, queue)

    def _put(self, loop: asyncio.AbstractEventLoop, group: Sequence[Asked]) -> None:
        try:
            answered = self._together(group)
        except Exception as error:
            self._fail(loop, group, error)
            return
        if answered.done():
            self._finish(loop, group, answered)
        else:
            answered.add_done_callback(lambda done: loop.call_soon_threadsafe(self._finish, loop, group, done))

    def _finish(self, loop: asyncio.AbstractEventLoop, group: Sequence[Asked], done: Future[Outcomes]) -> None:
        if error := done.exception():
            self._fail(loop, group, error)
            return
        for asked, outcome in zip(group, done.result(), strict=True):
            asked.settle(outcome)

    def _fail(self, loop: asyncio.AbstractEventLoop, group: Sequence[Asked], error: BaseException) -> None:
        """What cannot be known is unknown to all; for anything else each is asked alone, so that only one fails."""
        unknown = isinstance(error, LedgerError) and self._is_of_all(group)
        for asked in group:
            if unknown or len(group) == 1:
                asked.settle(error)
            else:
                self._put(loop, [asked])

    def _is_of_all(self, _group: Sequence[Asked]) -> bool:
        """Whether a refusal of all of the group can only be meant for all of them."""
        return True

    @abstractmethod
    def _together(self, group: Sequence[Asked]) -> Future[Outcomes]:
        """What is answered to each."""


class Groups(Together):
    """Questions, each with its receipt."""

    def ask(self, token: bytes, questions: Sequence[AccessRequest]) -> asyncio.Future[Sequence[Answer]]:
        """The answers to come, in order; a question the caller may not put gets a NotEntitled in its place.

        Ends in SessionRequired, ChainBehind or SourceUnavailable for all of them.
        """
        return self._enqueue(questions, token, decided)

    async def answer(self, question: AccessRequest, respond: Respond[T]) -> tuple[T, Logged]:
        """The answer to a question that the caller may put. Raises ChainBehind, SourceUnavailable."""
        answered: tuple[T, Logged]
        (answered,) = await self._enqueue([question], None, respond)
        return answered

    async def put(self, token: bytes, make: Make, respond: Respond[T]) -> tuple[AccessRequest, T, Logged] | None:
        """The question that `make` makes for the caller, and its answer; None where it makes none. Raises
        SessionRequired, ChainBehind, SourceUnavailable, what `make` raises, NotEntitled where they may not put it.
        """
        meant = Meant(make)
        (answered,) = await self._enqueue([meant], token, respond)
        if isinstance(answered, LedgerError):
            raise answered
        return (meant.made, *answered) if meant.made else None

    def _is_of_all(self, group: Sequence[Asked]) -> bool:
        """Nobody has demanded more than may be known."""
        return not any(q.at_least for asked in group for q in asked.questions if isinstance(q, AccessRequest))

    def _together(self, group: Sequence[Asked]) -> Future[Outcomes]:
        callers = self._callers(group)
        put = [(q, asked.respond) for asked in group for q in asked.questions if callers.may_put(asked, q)]
        answers = self._house.kernel.decisions.evaluation.answer_soon(put) if put else now([])
        return then(answers, lambda found: callers.outcomes(group, iter(found)))

    def _callers(self, group: Sequence[Asked]) -> Callers:
        kernel, tokens = self._house.kernel, {asked.token for asked in group if asked.token is not None}
        signers = self._house.sessions.who_of(tokens, kernel.queries.now()) if tokens else {}
        names = {token: requester_name(signer) for token, signer in signers.items()}
        known = [(asked, names[asked.token]) for asked in group if asked.token in names]
        for asked, name in known:
            asked.questions = [q.of(name) if isinstance(q, Meant) else q for q in asked.questions]
        asking = {(name, q.requester) for asked, name in known for q in asked.questions if not isinstance(q, Meant)}
        return Callers(names, {pair for pair in asking if kernel.decisions.evaluation.may_ask_for(*pair)})


@dataclass(frozen=True, slots=True)
class Callers:
    """Who asks, by the digest of their session's token, and for which requesters each may."""

    names: dict[bytes, str]
    allowed: set[tuple[str, str]]

    def may_put(self, asked: Asked, question: AccessRequest | Meant) -> bool:
        """Whether it is a question, and the caller may put it."""
        if isinstance(question, Meant):
            return False
        return asked.token is None or (self.names.get(asked.token), question.requester) in self.allowed

    def outcomes(self, group: Sequence[Asked], answers: Iterator[Any]) -> Outcomes:
        """The answers, each where it was asked."""
        return [
            [next(answers) if self.may_put(asked, q) else _unput(q) for q in asked.questions]
            if asked.token is None or asked.token in self.names
            else OVER
            for asked in group
        ]


def _unput(question: AccessRequest | Meant) -> LedgerError | None:
    """Why a question was not put; none if there was none."""
    return question.wrong if isinstance(question, Meant) else NOT_YOURS
