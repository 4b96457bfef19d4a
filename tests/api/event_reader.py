"""Reads streams of server-sent events of an app without a server: one event loop in a thread, one task a stream."""

import asyncio
import queue
import threading
from contextlib import contextmanager, suppress

PATIENCE = 10


class EventReader:
    """Opens streams of one app."""

    def __init__(self, app):
        self.app, self.loop = app, asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def open(self, headers):
        """A stream, once its response began."""
        stream = OpenedStream(self, headers)
        stream.begin()
        return stream

    def run(self, function, *values):
        """The result of a function, called in the loop."""

        async def call():
            return function(*values)

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(PATIENCE)

    def end(self):
        for task in self.run(lambda: asyncio.all_tasks(self.loop)):
            self.loop.call_soon_threadsafe(task.cancel)
        self.run(lambda: None)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)


class OpenedStream:
    """One response; `events` gives the names of its events as they come."""

    def __init__(self, reader, headers):
        self.reader, self.parts, self.status, self.headers, self.text = reader, queue.Queue(), None, {}, b""
        self.scope = {"type": "http", "method": "GET", "path": "/events", "raw_path": b"/events", "query_string": b""}
        self.scope |= {
            "http_version": "1.1",
            "scheme": "http",
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
        }
        self.scope |= {"asgi": {"version": "3.0", "spec_version": "2.3"}, "root_path": "", "extensions": {}}
        self.scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self.left = asyncio.Event()

    def begin(self):
        self.task = asyncio.run_coroutine_threadsafe(self._run(), self.reader.loop)
        self.parts.get(timeout=PATIENCE)

    async def _run(self):
        messages = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive():
            if not messages:
                await self.left.wait()
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.start":
                self.status, self.headers = message["status"], {k.decode(): v.decode() for k, v in message["headers"]}
            else:
                self.text += message["body"]
                self.parts.put(message["body"] if message.get("more_body") else None)

        with suppress(asyncio.CancelledError):
            await self.reader.app(self.scope, receive, send)

    def next(self):
        """The next part; None at the end."""
        return self.parts.get(timeout=PATIENCE)

    def until(self, *lists):
        """Wait until each of these lists was named by an event."""
        missing = set(lists)
        while missing:
            part = self.next()
            assert part is not None, f"the stream ended before {missing}"
            missing -= set(names(part))

    def ends(self):
        """Wait for the end, and return the names of all events of the stream."""
        while self.next() is not None:
            pass
        return names(self.text)

    def leave(self):
        """Close the connection."""
        self.reader.loop.call_soon_threadsafe(self.left.set)
        self.task.result(PATIENCE)


def names(part):
    return [line.removeprefix("event: ") for line in part.decode().splitlines() if line.startswith("event: ")]


@contextmanager
def reading(client):
    """A reader of a client's app, whose polls follow one another quickly."""
    client.app.state.live._pause = 0.05
    reader = EventReader(client.app)
    try:
        yield reader
    finally:
        reader.end()
