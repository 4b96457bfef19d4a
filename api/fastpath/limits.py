"""Request limits: a rate per session (per host without one) by token bucket, and a size."""

from __future__ import annotations

import json
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Collection

from mydata_ledger.api.errors import RateExceeded, Reply, closing, refusal
from mydata_ledger.api.fastpath.request import Request, body_limit_message
from mydata_ledger.ledger.errors import LedgerError, TooLarge

BURST_SECONDS = 20
"""The size of a full bucket, in seconds of its rate."""
MAX_CALLERS = 50_000
"""Callers remembered; the one idle for longest is dropped, and starts again with a full bucket."""
SIGN_IN_PATHS = frozenset({"/session/challenges", "/sessions"})


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
        tokens_left, refilled_at = self._buckets.pop(caller, (full, now))
        tokens_left = min(full, tokens_left + (now - refilled_at) * self._rate)
        self._buckets[caller] = (tokens_left - tokens if tokens_left >= 1 else tokens_left, now)
        if len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        return 0 if tokens_left >= 1 else (1 - tokens_left) / self._rate


class RequestLimits:
    """Limits of every request except evaluations, which have their own. `max_body` is in bytes; a path in `streamed`
    limits its bodies itself and reads them in pieces.
    """

    def __init__(
        self, requests: TokenBucket, sign_ins: TokenBucket, max_body: int, streamed: Collection[str] = ()
    ) -> None:
        self._requests, self._sign_ins, self._max_body, self._streamed = requests, sign_ins, max_body, streamed

    def max_body(self, path: str) -> int:
        """The largest body on a path, in bytes."""
        return sys.maxsize if path in self._streamed else self._max_body

    def admit(self, request: Request) -> None:
        """Count the request.

        Raises:
            RateExceeded: The caller has no token left (RFC 6585 section 4).
            TooLarge: The declared length is over the limit.
        """
        scope, headers = request.scope, request.headers
        host = (scope.get("client") or ("", 0))[0]
        if scope["path"] in SIGN_IN_PATHS and scope["method"] == "POST":
            self._sign_ins.take(host)
        else:
            token = headers.get(b"authorization")
            self._requests.take(hash(token) if token else host)
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > request.max_body:
            raise TooLarge(body_limit_message(request.max_body))

    @staticmethod
    def refusal(error: LedgerError) -> Reply:
        """The error response to a request that was not admitted. Its JSON has spaces, unlike the other ones."""
        return closing(refusal(error, lambda members: json.dumps(members).encode()))
