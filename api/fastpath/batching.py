"""Micro-batching: what coroutines hand in at the same moment is answered in one step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from mydata_ledger.ledger.errors import LedgerError

MOST = 128
"""Items in one batch, about: between batches the others on this loop have their turn. One request may have more."""
AT_ONCE = 1
"""Batches on their way: while one is written the next is considered, and what comes meanwhile is one batch."""
R = TypeVar("R")
Outcomes = list[Any]
"""One for each request: its answer, or the error that it ends in."""


@dataclass(slots=True)
class Queued(Generic[R]):
    """A request of so many items, and where its answer goes."""

    request: R
    size: int
    answer: asyncio.Future[Any]

    def settle(self, outcome: Any) -> None:
        """Hand out the answer or the error, if the caller is still there."""
        if self.answer.done():
            return
        if isinstance(outcome, BaseException):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


Batch = Sequence[Queued[R]]


@dataclass(slots=True)
class Queue(Generic[R]):
    """What waits on one event loop, and how many batches are on their way to the disk."""

    waiting: list[Queued[R]] = field(default_factory=list)
    flying: int = 0
    called: bool = False
    seen: int = 0

    def grows(self) -> bool:
        """Whether more are waiting than a moment ago, and there is still room in the batch."""
        grown = self.seen < len(self.waiting) < MOST
        self.seen = len(self.waiting) if grown else 0
        return grown

    def next_batch(self) -> Batch[R]:
        """Take out the first ones, up to a full batch."""
        count = items = 0
        while count < len(self.waiting) and items < MOST:
            items += self.waiting[count].size
            count += 1
        batch, self.waiting = self.waiting[:count], self.waiting[count:]
        return batch


class Batcher(Generic[R]):
    """Used by coroutines. `answer` gives the outcomes of a batch, in order, at once or from another thread; where it
    fails with a LedgerError and `concerns_all` says so of the batch, each request ends in that error.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[R]], Future[Outcomes]],
        concerns_all: Callable[[Sequence[R]], bool] = lambda _: True,
    ) -> None:
        self._answer, self._concerns_all = answer, concerns_all
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, Queue[R]] = WeakKeyDictionary()

    def put(self, request: R, size: int = 1) -> asyncio.Future[Any]:
        """The answer to come."""
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop) or self._queues.setdefault(loop, Queue())
        queued = Queued(request, size, loop.create_future())
        queue.waiting.append(queued)
        self._start_soon(loop, queue)
        return queued.answer

    def _start_soon(self, loop: asyncio.AbstractEventLoop, queue: Queue[R]) -> None:
        """In the loop's next turn, unless enough is on its way: what comes meanwhile shares the next batch's cost."""
        if queue.waiting and not queue.called and queue.flying < AT_ONCE:
            queue.called = True
            loop.call_soon(self._start, loop, queue)

    def _start(self, loop: asyncio.AbstractEventLoop, queue: Queue[R]) -> None:
        """Answer what is waiting, up to a full batch, once a turn of the loop has brought nobody new."""
        if queue.grows():
            loop.call_soon(self._start, loop, queue)
            return
        queue.called = False
        batch = queue.next_batch()
        self._run(loop, batch)
        if coming := [queued.answer for queued in batch if not queued.answer.done()]:
            queue.flying += 1
            asyncio.gather(*coming, return_exceptions=True).add_done_callback(lambda _: self._landed(loop, queue))
        self._start_soon(loop, queue)

    def _landed(self, loop: asyncio.AbstractEventLoop, queue: Queue[R]) -> None:
        queue.flying -= 1
        self._start_soon(loop, queue)

    def _run(self, loop: asyncio.AbstractEventLoop, batch: Batch[R]) -> None:
        try:
            answered = self._answer([queued.request for queued in batch])
        except Exception as error:
            self._fail(loop, batch, error)
            return
        if answered.done():
            self._finish(loop, batch, answered)
        else:
            answered.add_done_callback(lambda done: loop.call_soon_threadsafe(self._finish, loop, batch, done))

    def _finish(self, loop: asyncio.AbstractEventLoop, batch: Batch[R], done: Future[Outcomes]) -> None:
        if error := done.exception():
            self._fail(loop, batch, error)
            return
        for queued, outcome in zip(batch, done.result(), strict=True):
            queued.settle(outcome)

    def _fail(self, loop: asyncio.AbstractEventLoop, batch: Batch[R], error: BaseException) -> None:
        """What cannot be known is unknown to all; for anything else each is asked alone, so that only one fails."""
        unknown = isinstance(error, LedgerError) and self._concerns_all([queued.request for queued in batch])
        for queued in batch:
            if unknown or len(batch) == 1:
                queued.settle(error)
            else:
                self._run(loop, [queued])
