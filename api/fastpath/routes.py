"""The fast routes: one object answers both a FastAPI route and, for a plain request, its fast path.

The framework solves a tree of dependencies and copies forms and answers more often than a decision takes. A route that
has a `FastRoute` answers through it too, so that the two ways differ in nothing but time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from mydata_ledger.api.errors import Reply, refusal
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.request import Request
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.errors import MalformedInput, TooLarge, UnknownTerm
from mydata_ledger.ledger.kernel import Kernel, Respond
from mydata_ledger.ledger.receipt import LoggedStatement

F = TypeVar("F", bound=BaseModel)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AnsweredQuestion(Generic[F, T]):
    """An answered question: the form it came in, how it was put, what was found, and the receipt."""

    form: F
    question: Any
    found: T
    receipt: LoggedStatement


@dataclass(frozen=True, slots=True)
class FastRoute(Generic[F, T]):
    """One route: its form, the question that the form of a caller (by name as requester) means, how that is answered
    and shown. `nothing` is the answer where there is no question to put, or where a word in it is not known here (the
    error says which); without it that is refused. The last part of the path is given as text.
    """

    has_own_limits: ClassVar[bool] = False
    form: type[F]
    make: Callable[[Kernel, str, F, str], AccessRequest | None]
    respond: Respond[T]
    show: Callable[[DecisionBatcher, AnsweredQuestion[F, T]], Awaitable[Any]]
    nothing: Callable[[UnknownTerm | None], Any] | None = None

    async def answer(self, batcher: DecisionBatcher, session: bytes, form: F, rest: str = "") -> Response:
        """The answer to a caller whom the framework let in. Raises what `make`, `respond` and `show` raise."""
        return Response(await self._body(batcher, session, form, rest), media_type="application/json")

    async def reply(self, batcher: DecisionBatcher, request: Request, rest: str) -> bytes | None:
        """The body of the answer to a request that brings JSON which fits the form; None for any other,
        which the framework refuses in its own words. Raises SessionRequired, and what `answer` raises.
        """
        if request.headers.get(b"content-type") != b"application/json" or request.repeats_a_header:
            return None
        try:
            form = self.form.model_validate_json(await request.body(request.max_body))
        except (ValidationError, MalformedInput, TooLarge):
            return None
        return await self._body(batcher, request.session_key(), form, rest)

    def refusal(self, error: Exception) -> Reply:
        """As the framework renders it."""
        return refusal(error)

    async def _body(self, batcher: DecisionBatcher, session: bytes, form: F, rest: str) -> bytes:
        try:
            put = await batcher.put(session, lambda name: self.make(batcher.kernel, name, form, rest), self.respond)
        except UnknownTerm as error:
            if self.nothing is None:
                raise
            return orjson.dumps(self.nothing(error))
        if put is None:
            return orjson.dumps(self.nothing(None) if self.nothing else None)
        return orjson.dumps(await self.show(batcher, AnsweredQuestion(form, *put)))
