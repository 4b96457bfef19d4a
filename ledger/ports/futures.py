"""What is not there yet: a result that comes once it is durable."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def mapped(before: Future[A], step: Callable[[A], B]) -> Future[B]:
    """What `step` makes of the result, as soon as it is there; the same exception where there is none."""
    after: Future[B] = _begun()

    def go_on(done: Future[A]) -> None:
        try:
            after.set_result(step(done.result()))
        except Exception as error:
            after.set_exception(error)

    before.add_done_callback(go_on)
    return after


def completed(result: A) -> Future[A]:
    """A result that is there."""
    made: Future[A] = Future()
    made.set_result(result)
    return made


def _begun() -> Future[B]:
    """One that can no longer be cancelled: who goes away does not undo what was begun."""
    made: Future[B] = Future()
    made.set_running_or_notify_cancel()
    return made
