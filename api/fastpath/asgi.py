"""The ASGI entry: a path leads to a fast route, or to the framework."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import ClassVar, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from mydata_ledger.api.errors import Reply
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.limits import RequestLimits
from mydata_ledger.api.fastpath.request import Request
from mydata_ledger.api.schemas import HEX32
from mydata_ledger.ledger.errors import LedgerError

LOGGER = logging.getLogger("mydata.fastpath")
RECORD_ID = re.compile(HEX32)


class Route(Protocol):
    """What is answered here to a POST on one path."""

    has_own_limits: ClassVar[bool]

    async def reply(self, batcher: DecisionBatcher, request: Request, rest: str) -> bytes | None:
        """The body of the answer; None leaves the request to the framework. `rest` is the last part of the path where
        that is a parameter. Raises any error, which `refusal` renders.
        """

    def refusal(self, error: Exception) -> Reply:
        """The answer to a request that ended in an error."""


Routes = Mapping[str, Route]
"""By path; a path that ends in a slash is followed by a record's id."""


class FastPath:
    """Keeps the limits of every request, answers those to its routes, and leaves all others to `app`, adding to its
    answers the headers that all have.
    """

    def __init__(self, app: ASGIApp, routes: Routes, batcher: DecisionBatcher, limits: RequestLimits) -> None:
        self._app, self._routes, self._batcher, self._limits = app, routes, batcher, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive, self._limits.max_body)
        if reply := await self._reply(request):
            await request.answer(reply, send)
        else:
            await self._app(scope, request.receive_again(), request.secured(send))

    async def _reply(self, request: Request) -> Reply | None:
        route, rest = self._route(request.scope)
        try:
            request.check_authorization()
            if route is None or not route.has_own_limits or self._limits.session(request) is None:
                self._limits.admit(request)
        except LedgerError as error:
            return self._limits.refusal(error)
        return await self._answered(route, request, rest) if route else None

    async def _answered(self, route: Route, request: Request, rest: str) -> Reply | None:
        try:
            body = await route.reply(self._batcher, request, rest)
        except Exception as error:
            if not isinstance(error, LedgerError):
                LOGGER.exception("a question failed in a way nobody expected")
            return route.refusal(error)
        return None if body is None else Reply(200, body)

    def _route(self, scope: Scope) -> tuple[Route | None, str]:
        if scope["method"] != "POST":
            return None, ""
        path: str = scope["path"]
        if route := self._routes.get(path):
            return route, ""
        start, slash, rest = path.rpartition("/")
        route = self._routes.get(start + slash)
        return (route, rest) if route and RECORD_ID.fullmatch(rest) else (None, "")
