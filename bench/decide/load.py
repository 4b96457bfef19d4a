"""`python -m bench.decide.load`: a closed loop of connections, told on stdin what to send, in a process of its own.

In: {"port", "connections", "seconds", "requests": [hex, …]}. Out: {"rate", "p50", "p99", "bad", "answers"}, ms.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator
from typing import Any

import orjson
import uvloop

HEAD_END, LENGTH = b"\r\n\r\n", b"content-length:"


class Connection(asyncio.Protocol):
    """One request after another, until time is up."""

    def __init__(self, requests: Iterator[bytes], until: float, taken: list[float]) -> None:
        self._requests, self._until, self._taken = requests, until, taken
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._received, self._sent_at, self.bad = b"", 0.0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: Any = transport
        self._next()

    def _next(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        """Once an answer is whole, the next question."""
        self._received = received = self._received + data if self._received else data
        head = received.find(HEAD_END)
        if head < 0:
            return
        at = received.lower().find(LENGTH, 0, head) + len(LENGTH)
        if len(received) < head + 4 + int(received[at : received.find(b"\r", at)]):
            return
        self._received = b""
        if not received.startswith(b"HTTP/1.1 200"):
            self.bad = received
        now = time.perf_counter()
        self._taken.append(now - self._sent_at)
        if now < self._until:
            self._next()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Over."""
        if not self.done.done():
            self.done.set_result(None)


async def run(port: int, connections: int, seconds: float, requests: list[bytes]) -> dict[str, Any]:
    """What the server did in that time."""
    loop, taken = asyncio.get_running_loop(), []
    started = time.perf_counter()
    found = []
    for number in range(connections):
        turn = itertools.cycle(requests[number::connections] or requests)
        make = lambda turn=turn: Connection(turn, started + seconds, taken)  # noqa: E731
        found.append((await loop.create_connection(make, "127.0.0.1", port))[1])
    await asyncio.gather(*(one.done for one in found))
    elapsed = time.perf_counter() - started
    taken.sort()
    bad = next((one.bad for one in found if one.bad), b"")
    p50, p99 = (taken[int(len(taken) * part)] * 1_000 for part in (0.5, 0.99))
    return {
        "rate": len(taken) / elapsed,
        "p50": p50,
        "p99": p99,
        "bad": bad.decode(errors="replace"),
        "answers": len(taken),
    }


if __name__ == "__main__":
    told = orjson.loads(sys.stdin.buffer.read())
    said = [bytes.fromhex(one) for one in told.pop("requests")]
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(run(requests=said, **told))))
