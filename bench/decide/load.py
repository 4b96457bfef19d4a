"""`python -m bench.decide.load`: load generator in its own process, a closed loop of connections.

Input on stdin: {"port", "connections", "seconds", "requests": [hex, …]}. Output: {"rate", "p50", "p99", "bad",
"answers", "load"} with latencies in ms and "load" in µs of its own processor time per answer. It uses plain sockets and
epoll, since it shares the machine with the server.
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
MAX_READ = 1 << 18
ANSWER_SECONDS = 20.0
"""Seconds without any answer after which the run fails."""


class Connection:
    """A connection that sends one request after another."""

    def __init__(self, port: int, requests: list[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._turn, self._received, self._awaited = itertools.cycle(requests), b"", 0
        self.sent_at, self.bad = 0.0, b""

    def send(self) -> None:
        """Send the next request."""
        self.sent_at = time.perf_counter()
        self.socket.sendall(next(self._turn))

    def receive(self) -> bool:
        """Read; return True if the answer is complete. Raises ConnectionError if the server closed the connection."""
        data = self.socket.recv(MAX_READ)
        if not data:
            raise ConnectionError("the server closed a connection")
        received = self._received + data if self._received else data
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
    """Length of head and body in bytes; 0 if the head is incomplete."""
    head = received.find(HEAD_END)
    if head < 0:
        return 0
    offset = received.find(LENGTH, 0, head)
    if offset < 0:
        offset = received.lower().index(LENGTH, 0, head)
    return head + 4 + int(received[offset + len(LENGTH) : received.find(b"\r", offset)])


def run(port: int, connections: int, seconds: float, requests: list[bytes]) -> dict[str, Any]:
    """Run the load; return rate, latencies and errors."""
    poll, latencies = select.epoll(), []
    pool = [Connection(port, requests[number::connections] or requests) for number in range(connections)]
    by_number = {connection.socket.fileno(): connection for connection in pool}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    busy, started, worked = len(pool), time.perf_counter(), time.process_time()
    deadline = started + seconds
    for connection in pool:
        connection.send()
    while busy:
        ready = poll.poll(ANSWER_SECONDS)
        if not ready:
            raise TimeoutError("no answer came")
        for number, _ in ready:
            connection = by_number[number]
            if not connection.receive():
                continue
            now = time.perf_counter()
            latencies.append(now - connection.sent_at)
            if now < deadline:
                connection.send()
            else:
                busy -= 1
    return _result(latencies, time.perf_counter() - started, time.process_time() - worked, pool)


def once(port: int, connections: int, requests: Sequence[bytes]) -> None:
    """Send each request once and wait for the answers. Raises RuntimeError for an error answer."""
    shares = [share for number in range(connections) if (share := list(requests[number::connections]))]
    remaining = {}
    with select.epoll() as poll, ExitStack() as stack:
        for share in shares:
            connection = Connection(port, share)
            stack.enter_context(connection.socket)
            remaining[connection.socket.fileno()] = connection, len(share)
            poll.register(connection.socket.fileno(), select.EPOLLIN)
            connection.send()
        while remaining:
            for number, _ in poll.poll():
                connection, count = remaining[number]
                if not connection.receive():
                    continue
                if connection.bad:
                    raise RuntimeError(connection.bad.decode(errors="replace"))
                remaining[number] = connection, count - 1
                if count > 1:
                    connection.send()
                else:
                    del remaining[number]
                    poll.unregister(number)


def _result(latencies: list[float], elapsed: float, worked: float, pool: list[Connection]) -> dict[str, Any]:
    latencies.sort()
    bad = next((connection.bad for connection in pool if connection.bad), b"")
    p50, p99 = (latencies[int(len(latencies) * part)] * 1_000 for part in (0.5, 0.99))
    return {
        "rate": len(latencies) / elapsed,
        "p50": p50,
        "p99": p99,
        "bad": bad.decode(errors="replace"),
        "answers": len(latencies),
        "load": worked / len(latencies) * 1e6,
    }


if __name__ == "__main__":
    parameters = orjson.loads(sys.stdin.buffer.read())
    decoded = [bytes.fromhex(request) for request in parameters.pop("requests")]
    sys.stdout.buffer.write(orjson.dumps(run(requests=decoded, **parameters)))
