"""One open stream of server-sent events (HTML standard, section 9.2)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable

from mydata_ledger.api.auth import Caller
from mydata_ledger.ledger.kernel import ChangedList, account_of

HEARTBEAT_SECONDS = 15.0
"""After so long without an event a comment is sent, so that nothing between closes the connection."""
OPENING = "retry: {}\nid: 1\n: open\n\n"
"""The id makes a browser that comes again say so: it may have missed something."""
RETRY_MS, RETRY_SPREAD_MS = 2_000, 3_000
"""When it comes again: not all at the same moment after a restart."""
HEARTBEAT = b":\n\n"
LISTS = frozenset(ChangedList) - {ChangedList.SESSION}


class LiveStream:
    """The updates for one caller that were not sent yet: at most one for each list, so a slow reader costs no memory.

    `host` is the address that it is bounded by. Used by one event loop.
    """

    def __init__(self, caller: Caller, host: str = "") -> None:
        self.signer, self.session, self.host = caller.signer, caller.session, host
        self.account = account_of(caller.signer)
        self._waiting: dict[ChangedList, None] = {}
        self._is_ended = False
        self._woken = asyncio.Event()

    def add(self, lists: Iterable[ChangedList]) -> None:
        """Send updates of these lists."""
        self._waiting |= dict.fromkeys(sorted(lists))
        self._woken.set()

    def end(self) -> None:
        """End the stream, after what waits is sent."""
        self._is_ended = True
        self._woken.set()

    async def updates(self) -> AsyncIterator[bytes]:
        """The body of the response."""
        yield OPENING.format(RETRY_MS + secrets.randbelow(RETRY_SPREAD_MS)).encode()
        while True:
            if not await self._is_woken():
                yield HEARTBEAT
                continue
            waiting, self._waiting = self._waiting, {}
            self._woken.clear()
            if waiting:
                yield b"".join(map(_event, waiting))
            if self._is_ended:
                return

    async def _is_woken(self) -> bool:
        try:
            await asyncio.wait_for(self._woken.wait(), HEARTBEAT_SECONDS)
        except TimeoutError:
            return False
        return True


def _event(changed: ChangedList) -> bytes:
    """An event without data would be dropped by the browser."""
    return f"event: {changed}\ndata: changed\n\n".encode()
