"""Streams of live updates end when the process is to end: the server waits until every response is complete."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from types import FrameType

from fastapi import FastAPI
from uvicorn.server import HANDLED_SIGNALS

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def ending_streams(lifespan: Lifespan) -> Lifespan:
    """The lifespan, during which a signal to end also ends the app's streams."""

    @asynccontextmanager
    async def lifespan_with_streams(app: FastAPI) -> AsyncIterator[None]:
        loop, streams = asyncio.get_running_loop(), app.state.live
        with _calling_at_signals(lambda: loop.call_soon_threadsafe(streams.close)):
            async with lifespan(app):
                yield

    return lifespan_with_streams


@contextmanager
def _calling_at_signals(notify: Callable[[], object]) -> Iterator[None]:
    """Call `notify` when a signal to end comes, and then its present handler, which is uvicorn's.

    Only the main thread gets signals; in any other one nothing is called.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in HANDLED_SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        notify()
        if callable(handler := handlers[signal.Signals(number)]):
            handler(number, frame)

    for number in handlers:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
