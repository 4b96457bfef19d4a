"""Micro-batching: requests that coroutines submit at the same moment are answered in one batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from mydata_ledger.ledger.errors import LedgerError

MAX_BATCH = 128
"""About how many items a batch has, so that other tasks of the event loop run between batches. One request may have
more.
"""
MAX_BATCHES_IN_FLIGHT = 1
"""Batches in flight. The next batch is decided while the last one is written, and collects what arrives meanwhile."""
R = TypeVar("R")
Outcomes = list[Any]
"""One for each request: its answer, or the error it ends in."""


@dataclass(slots=True)
class Queued(Generic[R]):
    """A queued request, its number of items, and the future of its answer."""

    request: R
    size: int
    answer: asyncio.Future[Any]

    def settle(self, outcome: Any) -> None:
        """Set the answer or the error, unless the caller has gone away."""
        if self.answer.done():
            return
        if isinstance(outcome, BaseException):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


Batch = Sequence[Queued[R]]


@dataclass(slots=True)
class Queue(Generic[R]):
    """The waiting requests of one event loop, and the number of batches in flight."""

    waiting: list[Queued[R]] = field(default_factory=list)
    in_flight: int = 0
    scheduled: bool = False
    previous_length: int = 0

    def grows(self) -> bool:
        """True if requests arrived since the last call and the batch still has room."""
        grows = self.previous_length < len(self.waiting) < MAX_BATCH
        self.previous_length = len(self.waiting) if grows else 0
        return grows

    def next_batch(self) -> Batch[R]:
        """Take the first requests from the queue, up to a full batch."""
        count = items = 0
        while count < len(self.waiting) and items < MAX_BATCH:
            items += self.waiting[count].size
            count += 1
        batch, self.waiting = self.waiting[:count], self.waiting[count:]
        return batch


class Batcher(Generic[R]):
    """Batches requests of coroutines.

    Args:
        answer: Gives the outcomes of a batch in order, at once or from another thread.
        error_applies_to_all: True if a LedgerError of the batch applies to every request in it. Otherwise each request
            is answered alone.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[R]], Future[Outcomes]],
        error_applies_to_all: Callable[[Sequence[R]], bool] = lambda _: True,
    ) -> None:
        self._answer, self._concerns_all = answer, error_applies_to_all
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, Queue[R]] = WeakKeyDictionary()

    def put(self, request: R, size: int = 1) -> asyncio.Future[Any]:
        """Queue a request, and return the future of its answer."""
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop) or self._queues.setdefault(loop, Queue())
        queued = Queued(request, size, loop.create_future())
        queue.waiting.append(queued)
        self._schedule(loop, queue)
        return queued.answer

    def _schedule(self, loop: asyncio.AbstractEventLoop, queue: Queue[R]) -> None:
        """Start a batch in the loop's next turn, unless enough are in flight: requests that arrive meanwhile share the
        cost.
        """
        if queue.waiting and not queue.scheduled and queue.in_flight < MAX_BATCHES_IN_FLIGHT:
            queue.scheduled = True
            loop.call_soon(self._start_batch, loop, queue)

    def _start_batch(self, loop: asyncio.AbstractEventLoop, queue: Queue[R]) -> None:
        """Answer the waiting requests, up to a full batch, once a turn of the loop has added none."""
        if queue.grows():
            loop.call_soon(self._start_batch, loop, queue)
            return
        queue.scheduled = False
        batch = queue.next_batch()
        self._run(loop, batch)
        if pending := [queued.answer for queued in batch if not queued.answer.done()]:
            queue.in_flight += 1
            asyncio.gather(*pending, return_exceptions=True).add_done_callback(lambda _: self._batch_done(loop, queue))
        self._schedule(loop, queue)

    def _batch_done(self, loop: asyncio.AbstractEventLoop, queue: Queue[R]) -> None:
        queue.in_flight -= 1
        self._schedule(loop, queue)

    def _run(self, loop: asyncio.AbstractEventLoop, batch: Batch[R]) -> None:
        try:
            future = self._answer([queued.request for queued in batch])
        except Exception as error:
            self._fail(loop, batch, error)
            return
        if future.done():
            self._finish(loop, batch, future)
        else:
            future.add_done_callback(lambda done: loop.call_soon_threadsafe(self._finish, loop, batch, done))

    def _finish(self, loop: asyncio.AbstractEventLoop, batch: Batch[R], done: Future[Outcomes]) -> None:
        if error := done.exception():
            self._fail(loop, batch, error)
            return
        for queued, outcome in zip(batch, done.result(), strict=True):
            queued.settle(outcome)

    def _fail(self, loop: asyncio.AbstractEventLoop, batch: Batch[R], error: BaseException) -> None:
        """Handle the error of a batch. An error that applies to all settles every request; after any other each request
        is answered alone, so that only the faulty one fails.
        """
        applies_to_all = isinstance(error, LedgerError) and self._concerns_all([queued.request for queued in batch])
        for queued in batch:
            if applies_to_all or len(batch) == 1:
                queued.settle(error)
            else:
                self._run(loop, [queued])
