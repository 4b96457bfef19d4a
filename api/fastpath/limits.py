"""Limits of a request: how often one caller may ask (a token bucket by session, or by host without one), how much."""

from __future__ import annotations

import json
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Collection

from mydata_ledger.api.errors import RateExceeded, Reply, closing, refusal
from mydata_ledger.api.fastpath.request import Request, too_long
from mydata_ledger.ledger.errors import LedgerError, TooLarge

BURST_SECONDS = 20
"""A caller who was quiet may ask for so many seconds' worth at once."""
MOST_CALLERS = 50_000
"""Remembered at a time; who was quiet longest is forgotten, and starts with a full bucket."""
SIGNING_IN = frozenset({"/session/challenges", "/sessions"})


class TokenBucket:
    """One bucket for each caller, refilled by `per_second` tokens; 0 sets no limit. Used by one event loop."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = per_second, clock
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, caller: object, tokens: int = 1) -> None:
        """Take tokens, if the caller may ask now. Raises RateExceeded."""
        if self._rate and (seconds := self.wait(caller, tokens)):
            raise RateExceeded(seconds)

    def wait(self, caller: object, tokens: int = 1) -> float:
        """Seconds until the caller may ask again; 0 if now, which takes so many tokens. A caller with at least one
        token may overdraw; the deficit delays the next request.
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


class RequestLimits:
    """Limits of every request but the evaluations, which machines ask and which have their own. `max_body` is in bytes;
    a path in `streamed` bounds its bodies itself, and reads them in pieces.
    """

    def __init__(
        self, requests: TokenBucket, sign_ins: TokenBucket, max_body: int, streamed: Collection[str] = ()
    ) -> None:
        self._requests, self._sign_ins, self._max_body, self._streamed = requests, sign_ins, max_body, streamed

    def max_body(self, path: str) -> int:
        """The largest body on a path, in bytes."""
        return sys.maxsize if path in self._streamed else self._max_body

    def admit(self, request: Request) -> None:
        """Count the request. Raises RateExceeded (RFC 6585 section 4), TooLarge by the length it declares."""
        scope, headers = request.scope, request.headers
        host = (scope.get("client") or ("", 0))[0]
        if scope["path"] in SIGNING_IN and scope["method"] == "POST":
            self._sign_ins.take(host)
        else:
            token = headers.get(b"authorization")
            self._requests.take(hash(token) if token else host)
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > request.max_body:
            raise TooLarge(too_long(request.max_body))

    @staticmethod
    def refusal(error: LedgerError) -> Reply:
        """The answer to what was not admitted; its JSON has always been written with spaces."""
        return closing(refusal(error, lambda said: json.dumps(said).encode()))
