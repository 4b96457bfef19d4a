"""`python -m bench.decide.load`: a closed loop of connections, told on stdin what to send, in a process of its own.

In: {"port", "connections", "seconds", "requests": [hex, …]}. Out: {"rate", "p50", "p99", "bad", "answers", "load"}, ms
and µs of its own processor time per answer. Bare sockets and epoll, since the load shares the machine with the server.
"""

from __future__ import annotations

import itertools
import select
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import orjson

HEAD_END, LENGTH, GOOD = b"\r\n\r\n", b"content-length:", (b"HTTP/1.1 200", b"HTTP/1.1 202")
LARGEST = 1 << 18
PATIENCE = 20.0
"""Seconds without any answer after which the server is given up."""


class Connection:
    """One request after another."""

    def __init__(self, port: int, requests: list[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._turn, self._received, self._awaited = itertools.cycle(requests), b"", 0
        self.sent_at, self.bad = 0.0, b""

    def ask(self) -> None:
        """Send the next one."""
        self.sent_at = time.perf_counter()
        self.socket.sendall(next(self._turn))

    def answered(self) -> bool:
        """Whether the answer is whole now. Raises ConnectionError when there will be none."""
        some = self.socket.recv(LARGEST)
        if not some:
            raise ConnectionError("the server closed a connection")
        received = self._received + some if self._received else some
        if not self._awaited:
            self._awaited = _length(received)
        whole = bool(self._awaited) and len(received) >= self._awaited
        if whole:
            if not received.startswith(GOOD):
                self.bad = received
            received, self._awaited = b"", 0
        self._received = received
        return whole


def _length(received: bytes) -> int:
    """Bytes of head and body; 0 before the head is there."""
    head = received.find(HEAD_END)
    if head < 0:
        return 0
    at = received.find(LENGTH, 0, head)
    if at < 0:
        at = received.lower().index(LENGTH, 0, head)
    return head + 4 + int(received[at + len(LENGTH) : received.find(b"\r", at)])


def run(port: int, connections: int, seconds: float, requests: list[bytes]) -> dict[str, Any]:
    """What the server did in that time."""
    poll, taken = select.epoll(), []
    every = [Connection(port, requests[number::connections] or requests) for number in range(connections)]
    by_number = {one.socket.fileno(): one for one in every}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    busy, started, worked = len(every), time.perf_counter(), time.process_time()
    until = started + seconds
    for one in every:
        one.ask()
    while busy:
        ready = poll.poll(PATIENCE)
        if not ready:
            raise TimeoutError("no answer came")
        for number, _ in ready:
            one = by_number[number]
            if not one.answered():
                continue
            now = time.perf_counter()
            taken.append(now - one.sent_at)
            if now < until:
                one.ask()
            else:
                busy -= 1
    return _told(taken, time.perf_counter() - started, time.process_time() - worked, every)


def once(port: int, connections: int, requests: Sequence[bytes]) -> None:
    """Send each of them once, and wait for the answers. Raises RuntimeError for a bad answer."""
    shares = [share for number in range(connections) if (share := list(requests[number::connections]))]
    left = {}
    with select.epoll() as poll, ExitStack() as stack:
        for share in shares:
            one = Connection(port, share)
            stack.enter_context(one.socket)
            left[one.socket.fileno()] = one, len(share)
            poll.register(one.socket.fileno(), select.EPOLLIN)
            one.ask()
        while left:
            for number, _ in poll.poll():
                one, count = left[number]
                if not one.answered():
                    continue
                if one.bad:
                    raise RuntimeError(one.bad.decode(errors="replace"))
                left[number] = one, count - 1
                if count > 1:
                    one.ask()
                else:
                    del left[number]
                    poll.unregister(number)


def _told(taken: list[float], elapsed: float, worked: float, every: list[Connection]) -> dict[str, Any]:
    taken.sort()
    bad = next((one.bad for one in every if one.bad), b"")
    p50, p99 = (taken[int(len(taken) * part)] * 1_000 for part in (0.5, 0.99))
    return {
        "rate": len(taken) / elapsed,
        "p50": p50,
        "p99": p99,
        "bad": bad.decode(errors="replace"),
        "answers": len(taken),
        "load": worked / len(taken) * 1e6,
    }


if __name__ == "__main__":
    told = orjson.loads(sys.stdin.buffer.read())
    said = [bytes.fromhex(one) for one in told.pop("requests")]
    sys.stdout.buffer.write(orjson.dumps(run(requests=said, **told)))
