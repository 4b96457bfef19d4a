"""Those who ask while a group is being answered form the next one: one step, one durable write, many answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from api.auth import Premises
from ledger.access import AccessRequest, Decision
from ledger.errors import LedgerError, NotEntitled, SessionRequired
from ledger.kernel import requester_name
from ledger.receipt import Logged

MOST = 512
"""Questions in one group; one call may have more."""
Answer = tuple[Decision, Logged] | LedgerError
OVER = SessionRequired("the session is unknown or over; sign in again")
NOT_YOURS = NotEntitled("you may ask for yourself only; an accredited enforcement point may ask for others")


@dataclass(slots=True)
class Asked:
    """The questions of one caller, by the digest of their session's token, and where the answers go."""

    token: bytes
    questions: Sequence[AccessRequest]
    answers: asyncio.Future[Sequence[Answer]]


@dataclass(slots=True)
class _Queue:
    """What waits on one event loop."""

    waiting: list[Asked] = field(default_factory=list)
    busy: bool = False

    def next_group(self) -> list[Asked]:
        """The calls in order of arrival, up to a full group."""
        count, questions = 0, 0
        while count < len(self.waiting) and questions < MOST:
            questions += len(self.waiting[count].questions)
            count += 1
        group, self.waiting = self.waiting[:count], self.waiting[count:]
        return group


class Groups:
    """Coroutines ask; one thread answers."""

    def __init__(self, house: Premises) -> None:
        self._house = house
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="evaluations")
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue] = WeakKeyDictionary()

    def ask(self, token: bytes, questions: Sequence[AccessRequest]) -> asyncio.Future[Sequence[Answer]]:
        """The answers to come, in order; a question the caller may not put gets a NotEntitled in its place.

        Ends in SessionRequired, ChainBehind or SourceUnavailable for all of them.
        """
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(loop, _Queue())
        asked = Asked(token, questions, loop.create_future())
        queue.waiting.append(asked)
        if not queue.busy:
            self._start(loop, queue)
        return asked.answers

    def _start(self, loop: asyncio.AbstractEventLoop, queue: _Queue) -> None:
        group = queue.next_group()
        queue.busy = bool(group)
        if group:
            done = loop.run_in_executor(self._thread, self._answer, group)
            done.add_done_callback(lambda found: self._finish(loop, queue, group, found))

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        queue: _Queue,
        group: Sequence[Asked],
        found: asyncio.Future[list[Sequence[Answer] | Exception]],
    ) -> None:
        """Start the next group, then hand out the answers of this one."""
        self._start(loop, queue)
        error = found.exception()
        outcomes = [error] * len(group) if error else found.result()
        for asked, outcome in zip(group, outcomes, strict=True):
            if asked.answers.done():
                continue
            if isinstance(outcome, BaseException):
                asked.answers.set_exception(outcome)
            else:
                asked.answers.set_result(outcome)

    def _answer(self, group: Sequence[Asked]) -> list[Sequence[Answer] | Exception]:
        """Together, or each call alone where one of them spoils it for all."""
        try:
            return self._together(group)
        except Exception as error:
            if len(group) == 1:
                return [error]
            return [outcome for asked in group for outcome in self._answer([asked])]

    def _together(self, group: Sequence[Asked]) -> list[Sequence[Answer] | Exception]:
        kernel, now = self._house.kernel, self._house.kernel.world.clock.now()
        signers = self._house.sessions.who_of({asked.token for asked in group}, now)
        names = {token: requester_name(signer) for token, signer in signers.items()}
        asking = {(names[asked.token], q.requester) for asked in group if asked.token in names for q in asked.questions}
        allowed = {pair for pair in asking if kernel.may_ask_for(*pair)}
        put = [q for asked in group for q in asked.questions if (names.get(asked.token), q.requester) in allowed]
        answers = iter(kernel.ask_many(put) if put else ())
        return [_outcome(asked, names.get(asked.token), allowed, answers) for asked in group]


def _outcome(
    asked: Asked, name: str | None, allowed: set[tuple[str, str]], answers: Iterable[tuple[Decision, Logged]]
) -> Sequence[Answer] | Exception:
    if name is None:
        return OVER
    rest = iter(answers)
    return [next(rest) if (name, question.requester) in allowed else NOT_YOURS for question in asked.questions]
