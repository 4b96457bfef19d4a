"""Request limits: a rate per session (per host without one) by token bucket, and a size."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mydata_ledger.api.errors import RateExceeded, Reply, closing, refusal
from mydata_ledger.api.fastpath.request import Request, body_limit_message
from mydata_ledger.ledger.errors import LedgerError, SessionRequired, TooLarge

BURST_SECONDS = 20
"""The size of a full bucket, in seconds of its rate."""
MAX_CALLERS = 50_000
"""Callers remembered; the one idle for longest is dropped, and starts again with a full bucket."""
RECHECK_SECONDS = 60.0
"""After so long a session is looked up again."""
MAX_LENGTH_DIGITS = 18
"""Digits of the longest `Content-Length` that is read as a number."""
RECORD_LIMIT_MESSAGE = "a record has at most {} bytes"
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
    """Limits of every request except evaluations with a live session, which have their own.

    `is_live` tells if a session key is that of a live session. `max_body` is in bytes; for a POST with a live session
    to a path in `streamed`, the limit is the number of bytes given there, and its route reads the body in pieces.
    """

    def __init__(
        self,
        requests: TokenBucket,
        sign_ins: TokenBucket,
        max_body: int,
        is_live: Callable[[bytes], bool] = lambda _: False,
        streamed: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._requests, self._sign_ins, self._is_live = requests, sign_ins, is_live
        self._streamed, self.max_body = streamed, max_body
        self._sessions = OrderedDict[bytes, float]()

    def admit(self, request: Request, session: bytes | None) -> None:
        """Count the request for its live session (`session`) or, without one, for its host.

        Raises:
            RateExceeded: The caller has no token left (RFC 6585 section 4).
            TooLarge: The declared length is over the limit.
        """
        scope, host = request.scope, _host(request)
        if scope["path"] in SIGN_IN_PATHS and scope["method"] == "POST":
            self._sign_ins.take(host)
        else:
            self._requests.take(session or host)
        if session and scope["method"] == "POST":
            request.max_body = self._streamed.get(scope["path"], self.max_body)
        limit, declared = request.max_body, request.headers.get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > MAX_LENGTH_DIGITS or int(declared) > limit:
            is_record = limit != self.max_body
            raise TooLarge(RECORD_LIMIT_MESSAGE.format(limit) if is_record else body_limit_message(limit))

    def session(self, request: Request) -> bytes | None:
        """The key of the request's session, if that is live; it is looked up at most once a minute.

        Raises:
            RateExceeded: The session is unknown here, and the host has no token left.
            SourceUnavailable: The session cannot be read.
        """
        try:
            key = request.session_key()
        except SessionRequired:
            return None
        now = time.monotonic()
        if now - self._sessions.get(key, -RECHECK_SECONDS) < RECHECK_SECONDS:
            return key
        self._sessions.pop(key, None)
        self._requests.take(_host(request), 0)
        if not self._is_live(key):
            return None
        self._sessions[key] = now
        if len(self._sessions) > MAX_CALLERS:
            self._sessions.popitem(last=False)
        return key

    @staticmethod
    def refusal(error: LedgerError) -> Reply:
        """The error response to a request that was not admitted. Its JSON has spaces, unlike the other ones."""
        return closing(refusal(error, lambda members: json.dumps(members).encode()))


def _host(request: Request) -> str:
    host: str = (request.scope.get("client") or ("", 0))[0]
    return host
