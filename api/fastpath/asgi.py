"""The ASGI entry point. A POST to a fast route, without a query, is answered here; all else goes to FastAPI."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import ClassVar, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from mydata_ledger.api.auth import BEARER_ONLY
from mydata_ledger.api.errors import Reply, with_message
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.limits import RequestLimits
from mydata_ledger.api.fastpath.request import FIRST_ERROR_STATUS, Request
from mydata_ledger.api.schemas import HEX32
from mydata_ledger.ledger.errors import LedgerError

LOGGER = logging.getLogger("mydata.fastpath")
RECORD_ID = re.compile(HEX32)


class Route(Protocol):
    """A fast route: it answers a POST on one path."""

    has_own_limits: ClassVar[bool]

    async def reply(self, batcher: DecisionBatcher, request: Request, record_id: str) -> bytes | None:
        """The body of the response; None leaves the request to FastAPI.

        `record_id` is the last segment of the path where that is a parameter, else empty. `refusal` renders any error
        that this raises.
        """

    def refusal(self, error: Exception) -> Reply:
        """The response to a request that ended in an error."""


Routes = Mapping[str, Route]
"""Fast routes by path; a path that ends in a slash is followed by a record id."""


class FastPath:
    """Applies the limits of every request, answers the fast routes, and passes all other requests to `app`.

    It adds the security headers and the request id to every response.
    """

    def __init__(self, app: ASGIApp, routes: Routes, batcher: DecisionBatcher, limits: RequestLimits) -> None:
        self._app, self._routes, self._batcher, self._limits = app, routes, batcher, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, self._limits.max_body)
        if reply := await self._reply(request):
            if reply.status >= FIRST_ERROR_STATUS:
                reply = with_message(reply, request.headers.get(b"accept-language", b"").decode("latin-1"))
            await request.send_reply(reply, send)
        else:
            await self._app(scope, request.replay(), request.with_security_headers(send))

    async def _reply(self, request: Request) -> Reply | None:
        route, record_id = self._route(request)
        try:
            request.check_authorization()
            session = self._limits.session(request)
            if route is None or not route.has_own_limits or session is None:
                self._limits.admit(request, session)
        except LedgerError as error:
            return self._limits.refusal(error)
        return await self._call_route(route, request, record_id) if route else None

    async def _call_route(self, route: Route, request: Request, record_id: str) -> Reply | None:
        try:
            body = await route.reply(self._batcher, request, record_id)
        except Exception as error:
            if not isinstance(error, LedgerError):
                LOGGER.exception("unexpected error in a fast route")
            return route.refusal(error)
        return None if body is None else Reply(200, body)

    def _route(self, request: Request) -> tuple[Route | None, str]:
        """The fast route of a request, which names its session in the `Authorization` header; FastAPI reads cookies."""
        scope, path = request.scope, str(request.scope["path"])
        if scope["method"] != "POST" or scope.get("query_string"):
            return None, ""
        by_cookie = b"cookie" in request.headers and b"authorization" not in request.headers
        if by_cookie and not path.startswith(BEARER_ONLY):
            return None, ""
        if route := self._routes.get(path):
            return route, ""
        start, slash, record_id = path.rpartition("/")
        route = self._routes.get(start + slash)
        return (route, record_id) if route and RECORD_ID.fullmatch(record_id) else (None, "")
