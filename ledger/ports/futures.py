"""Helpers for futures: results that arrive once they are durable."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def mapped(source: Future[A], step: Callable[[A], B]) -> Future[B]:
    """A future of `step` applied to the result of `source`; an exception is passed on."""
    result: Future[B] = _running_future()

    def complete(completed_source: Future[A]) -> None:
        try:
            result.set_result(step(completed_source.result()))
        except Exception as error:
            result.set_exception(error)

    source.add_done_callback(complete)
    return result


def completed(result: A) -> Future[A]:
    """A future that already has its result."""
    future: Future[A] = Future()
    future.set_result(result)
    return future


def _running_future() -> Future[B]:
    """A future that can no longer be cancelled: a caller that leaves does not undo what was begun."""
    future: Future[B] = Future()
    future.set_running_or_notify_cancel()
    return future
