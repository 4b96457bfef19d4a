"""Limits of a request: how often one caller may ask (a token bucket by session, or by host without one), how much."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mydata_ledger.api.errors import RateExceeded, Reply, closing, refusal
from mydata_ledger.api.fastpath.request import Request, too_long
from mydata_ledger.ledger.errors import LedgerError, SessionRequired, TooLarge

BURST_SECONDS = 20
"""A caller who was quiet may ask for so many seconds' worth at once."""
MOST_CALLERS = 50_000
"""Remembered at a time; who was quiet longest is forgotten, and starts with a full bucket."""
DIGITS = 18
"""Of a length that is read as a number."""
RECORD_TOO_LONG = "a record has at most {} bytes"
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
    """Limits of every request but the evaluations, which machines ask and which have their own.

    `is_live` says whether a session key is that of a live session. `max_body` is in bytes; a POST with a live session
    to a path in `streamed` may have so many bytes instead, and its route reads them in pieces.
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
        self._sessions = OrderedDict[bytes, None]()

    def admit(self, request: Request) -> None:
        """Count the request, for its session or, without a live one, for its host.

        Raises RateExceeded (RFC 6585 section 4), TooLarge by the length it declares, SourceUnavailable.
        """
        scope = request.scope
        host = (scope.get("client") or ("", 0))[0]
        session = self.session(request)
        if scope["path"] in SIGNING_IN and scope["method"] == "POST":
            self._sign_ins.take(host)
        else:
            self._requests.take(session or host)
        if session and scope["method"] == "POST":
            request.max_body = self._streamed.get(scope["path"], self.max_body)
        declared = request.headers.get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > DIGITS or int(declared) > request.max_body:
            is_record = request.max_body != self.max_body
            raise TooLarge(RECORD_TOO_LONG.format(request.max_body) if is_record else too_long(request.max_body))

    def session(self, request: Request) -> bytes | None:
        """The key of the request's session, if it is or was a live one: nobody can make up another."""
        try:
            key = request.session_key()
        except SessionRequired:
            return None
        if key in self._sessions:
            self._sessions.move_to_end(key)
            return key
        if not self._is_live(key):
            return None
        self._sessions[key] = None
        if len(self._sessions) > MOST_CALLERS:
            self._sessions.popitem(last=False)
        return key

    @staticmethod
    def refusal(error: LedgerError) -> Reply:
        """The answer to what was not admitted; its JSON has always been written with spaces."""
        return closing(refusal(error, lambda said: json.dumps(said).encode()))
