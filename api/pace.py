"""How often one caller may knock: a bucket of tokens each, by session, and by host for who has none yet."""

from __future__ import annotations

import json
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from mydata_ledger.ledger.errors import TooManyRequests

BURST_SECONDS = 20
"""A caller who was quiet may ask for so many seconds' worth at once."""
MOST_CALLERS = 50_000
"""Remembered at a time; who was quiet longest is forgotten, and starts with a full bucket."""
SIGNING_IN = frozenset({"/session/challenges", "/sessions"})


class AskedTooOften(TooManyRequests):
    """`later` is how many whole seconds the caller has to wait."""

    code = TooManyRequests.code

    def __init__(self, seconds: float) -> None:
        self.later = math.ceil(seconds)
        super().__init__(f"you ask more often than this ledger answers; try again in {self.later} s")


class Pace:
    """Buckets that refill by `per_second`; 0 sets no bound. Used by one event loop."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = per_second, clock
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, caller: object, tokens: int = 1) -> None:
        """Take tokens, if the caller may ask now. Raises AskedTooOften."""
        if self._rate and (seconds := self.wait(caller, tokens)):
            raise AskedTooOften(seconds)

    def wait(self, caller: object, tokens: int = 1) -> float:
        """Seconds until the caller may ask again; 0 if now, which takes so many tokens. Who has one may take more than
        there are, and waits for it the longer afterwards.
        """
        if not self._rate:
            return 0
        now, full = self._clock(), float(self._rate * BURST_SECONDS)
        left, at = self._buckets.pop(caller, (full, now))
        left = min(full, left + (now - at) * self._rate)
        self._buckets[caller] = (left - tokens if left >= 1 else left, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        return 0 if left >= 1 else (1 - left) / self._rate


class Paced:
    """Refuses with 429 (RFC 6585 section 4) who asks too often. The evaluations, which machines ask, come before it and
    have a pace of their own.
    """

    def __init__(self, app: ASGIApp, requests: Pace, sign_ins: Pace) -> None:
        self.app, self._requests, self._sign_ins = app, requests, sign_ins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not (seconds := self._wait(scope)):
            await self.app(scope, receive, send)
            return
        error = AskedTooOften(seconds)
        body = json.dumps({"error": error.code, "detail": str(error)}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"retry-after", b"%d" % error.later),
        ]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _wait(self, scope: Scope) -> float:
        host = (scope.get("client") or ("", 0))[0]
        if scope["path"] in SIGNING_IN and scope["method"] == "POST":
            return self._sign_ins.wait(host)
        token = dict(scope["headers"]).get(b"authorization")
        return self._requests.wait(hash(token) if token else host)
