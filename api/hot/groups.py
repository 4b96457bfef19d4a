"""Those who ask in the same moment are answered together: one look, one durable write, many answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from api.auth import Premises
from ledger.access import AccessRequest, Decision
from ledger.errors import LedgerError, NotEntitled, SessionRequired
from ledger.kernel import requester_name
from ledger.ports.soon import now, then
from ledger.receipt import Logged

MOST = 128
"""Questions in one group, about: between groups the others on this loop have their turn. One call may have more."""
AT_ONCE = 1
"""Groups on their way: while one is written the next is considered, and what comes meanwhile is one group."""
Answer = tuple[Decision, Logged] | LedgerError
Outcomes = list[Sequence[Answer] | Exception]
OVER = SessionRequired("the session is unknown or over; sign in again")
NOT_YOURS = NotEntitled("you may ask for yourself only; an accredited enforcement point may ask for others")


@dataclass(slots=True)
class Asked:
    """The questions of one caller, by the digest of their session's token, and where the answers go."""

    token: bytes
    questions: Sequence[AccessRequest]
    answers: asyncio.Future[Sequence[Answer]]

    def settle(self, outcome: Sequence[Answer] | BaseException) -> None:
        """Hand out the answers, if the caller is still there."""
        if self.answers.done():
            return
        if isinstance(outcome, BaseException):
            self.answers.set_exception(outcome)
        else:
            self.answers.set_result(outcome)


@dataclass(slots=True)
class Queue:
    """Who waits on one event loop, and how many groups are on their way to the disk."""

    waiting: list[Asked] = field(default_factory=list)
    flying: int = 0
    called: bool = False

    def next_group(self) -> list[Asked]:
        """Take out the first ones, up to a full group."""
        count = questions = 0
        while count < len(self.waiting) and questions < MOST:
            questions += len(self.waiting[count].questions)
            count += 1
        group, self.waiting = self.waiting[:count], self.waiting[count:]
        return group


class Groups:
    """Used by coroutines; whatever waits for the disk is done by the store's own thread."""

    def __init__(self, house: Premises) -> None:
        self._house = house
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, Queue] = WeakKeyDictionary()

    def ask(self, token: bytes, questions: Sequence[AccessRequest]) -> asyncio.Future[Sequence[Answer]]:
        """The answers to come, in order; a question the caller may not put gets a NotEntitled in its place.

        Ends in SessionRequired, ChainBehind or SourceUnavailable for all of them.
        """
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(loop, Queue())
        asked = Asked(token, questions, loop.create_future())
        queue.waiting.append(asked)
        self._start_soon(loop, queue)
        return asked.answers

    def _start_soon(self, loop: asyncio.AbstractEventLoop, queue: Queue) -> None:
        """In the loop's next turn, unless enough is on its way: what comes meanwhile shares the next group's cost."""
        if queue.waiting and not queue.called and queue.flying < AT_ONCE:
            queue.called = True
            loop.call_soon(self._start, loop, queue)

    def _start(self, loop: asyncio.AbstractEventLoop, queue: Queue) -> None:
        """Answer what is waiting, up to a full group."""
        queue.called = False
        group = queue.next_group()
        queue.flying += 1
        answers = [asked.answers for asked in group]
        asyncio.gather(*answers, return_exceptions=True).add_done_callback(lambda _: self._landed(loop, queue))
        self._put(loop, group)
        self._start_soon(loop, queue)

    def _landed(self, loop: asyncio.AbstractEventLoop, queue: Queue) -> None:
        queue.flying -= 1
        self._start_soon(loop, queue)

    def _put(self, loop: asyncio.AbstractEventLoop, group: Sequence[Asked]) -> None:
        try:
            answered = self._together(group)
        except Exception as error:
            self._fail(loop, group, error)
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
        for asked in group:
            if isinstance(error, LedgerError) or len(group) == 1:
                asked.settle(error)
            else:
                self._put(loop, [asked])

    def _together(self, group: Sequence[Asked]) -> Future[Outcomes]:
        kernel, at = self._house.kernel, self._house.kernel.world.clock.now()
        signers = self._house.sessions.who_of({asked.token for asked in group}, at)
        names = {token: requester_name(signer) for token, signer in signers.items()}
        asking = {(names[asked.token], q.requester) for asked in group if asked.token in names for q in asked.questions}
        allowed = {pair for pair in asking if kernel.may_ask_for(*pair)}
        put = [q for asked in group for q in asked.questions if (names.get(asked.token), q.requester) in allowed]
        answers = kernel.ask_soon(put) if put else now([])
        return then(answers, lambda found: _outcomes(group, names, allowed, iter(found)))


def _outcomes(
    group: Sequence[Asked],
    names: dict[bytes, str],
    allowed: set[tuple[str, str]],
    answers: Iterable[tuple[Decision, Logged]],
) -> Outcomes:
    rest = iter(answers)
    return [
        [next(rest) if (names[asked.token], q.requester) in allowed else NOT_YOURS for q in asked.questions]
        if asked.token in names
        else OVER
        for asked in group
    ]
