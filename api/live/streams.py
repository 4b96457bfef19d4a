"""All open streams of a process, and the task that polls the stores for them."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from ipaddress import IPv4Address, ip_address, ip_network

from starlette.concurrency import run_in_threadpool

from mydata_ledger.api.auth import AppContext, Caller
from mydata_ledger.api.live.stream import LISTS, LiveStream
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable, TooManyRequests
from mydata_ledger.ledger.kernel import ChangedList, ChangeWatch, ListChange

LOGGER = logging.getLogger("mydata.live")
POLLS_PER_CHECK = 10
"""Every so many polls each session is checked; before an update is sent, that of its stream."""
FULL = "this server keeps no more streams open; read the lists again from time to time"
FULL_FOR_ACCOUNT = "your account has {} open streams, as many as it may; close one"
FULL_FOR_HOST = "too many streams are open from your address; read the lists again from time to time"
STOPPING = "the server is stopping; connect again"


def host_of(address: str) -> str:
    """What streams are counted by: an IPv4 address, or the /64 network of an IPv6 address, which one customer has."""
    try:
        number = ip_address(address)
    except ValueError:
        return address
    if isinstance(number, IPv4Address):
        return address
    return str(number.ipv4_mapped or ip_network((number, 64), strict=False))


class LiveStreams:
    """While a stream is open, one task polls the stores every `pause` seconds; without one nothing is polled.

    Used by one event loop.
    """

    def __init__(self, context: AppContext, pause: float = 1.0) -> None:
        self._context, self._pause = context, pause
        self._streams: dict[LiveStream, None] = {}
        self._watch: ChangeWatch | None = None
        self._task: asyncio.Task[None] | None = None
        self._polling = asyncio.Lock()
        self._is_closed = False

    async def open(self, caller: Caller, address: str = "", *, is_again: bool) -> LiveStream:
        """Open a stream that has every change from now on; with `is_again`, it begins with all lists.

        Args:
            caller: Whose updates it has.
            address: The network address it is sent to.
            is_again: True if the caller may have missed something.

        Raises TooManyRequests for too many of one account or address, SourceUnavailable for too many in this process.
        """
        stream = LiveStream(caller, host_of(address))
        async with self._polling:  # a poll gives the changes of those who are there when it begins
            self._check_bounds(stream)
            if self._watch is None:
                self._watch = await run_in_threadpool(self._context.kernel.live.watch)
                self._task = asyncio.create_task(self._run(self._watch))
            self._streams[stream] = None
        stream.add(LISTS if is_again else ())
        return stream

    def leave(self, stream: LiveStream) -> None:
        """Forget a stream whose connection is closed."""
        self._streams.pop(stream, None)

    def close(self) -> None:
        """End all streams, and open none any more: the server is stopping."""
        self._is_closed = True
        for stream in self._streams:
            stream.end()

    def _check_bounds(self, stream: LiveStream) -> None:
        settings = self._context.settings
        if self._is_closed:
            raise SourceUnavailable(STOPPING)
        if len(self._streams) >= settings.streams:
            raise SourceUnavailable(FULL)
        if sum(other.account == stream.account for other in self._streams) >= settings.streams_per_account:
            raise TooManyRequests(FULL_FOR_ACCOUNT.format(settings.streams_per_account))
        if stream.host and sum(other.host == stream.host for other in self._streams) >= settings.streams_per_host:
            raise TooManyRequests(FULL_FOR_HOST)

    async def _run(self, watch: ChangeWatch) -> None:
        polls = 0
        while self._streams and not self._is_closed:
            await asyncio.sleep(self._pause)
            polls += 1
            try:
                async with self._polling:
                    await self._poll(watch, checks_all=polls % POLLS_PER_CHECK == 0)
            except LedgerError as error:
                LOGGER.warning("live updates wait: %s", error.code)
            except Exception:
                LOGGER.exception("live updates failed; the next poll gives them")
        self._watch = None

    async def _poll(self, watch: ChangeWatch, *, checks_all: bool) -> None:
        signers = {stream.signer for stream in self._streams}
        changed = _by_account(await run_in_threadpool(watch.poll, signers))
        concerned = [s for s in self._streams if checks_all or s.account in changed]
        live = await run_in_threadpool(self._live_sessions, [s.session for s in concerned]) if concerned else {}
        for stream in concerned:
            lists = changed.get(stream.account, set())
            if stream.session not in live or ChangedList.SESSION in lists:
                stream.add({ChangedList.SESSION})
                stream.end()
            elif lists:
                stream.add(lists)

    def _live_sessions(self, sessions: list[bytes]) -> dict[bytes, bytes]:
        return self._context.sessions.signers_of(sessions, self._context.kernel.queries.now())


def _by_account(changes: Iterable[ListChange]) -> dict[str, set[ChangedList]]:
    found = defaultdict[str, set[ChangedList]](set)
    for account, changed in changes:
        found[account].add(changed)
    return found
