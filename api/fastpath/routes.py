"""Fast routes: one object answers both a FastAPI route and, for a plain request, its fast path.

FastAPI resolves a dependency tree and copies forms and responses, which costs more than a decision. Both paths of a
route use the same `FastRoute`, so their responses are equal.
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
class AnsweredRequest(Generic[F, T]):
    """The form as it came in, the access request made from it, the answer, the receipt, and the digest of the reader
    key that the caller's sign-in message names (empty if it names none).
    """

    form: F
    request: Any
    answer: T
    receipt: LoggedStatement
    signed_reader_key: bytes


@dataclass(frozen=True, slots=True)
class FastRoute(Generic[F, T]):
    """One route.

    `make` turns the form into the caller's access request (by name as requester), `respond` answers it, and `show`
    makes the JSON response. `empty_answer` gives the response where `make` returns None or meets an unknown term (then
    with the error); without it, the error is raised.
    """

    has_own_limits: ClassVar[bool] = False
    form: type[F]
    make: Callable[[Kernel, str, F, str], AccessRequest | None]
    respond: Respond[T]
    show: Callable[[DecisionBatcher, AnsweredRequest[F, T]], Awaitable[Any]]
    empty_answer: Callable[[UnknownTerm | None], Any] | None = None

    async def answer(
        self, batcher: DecisionBatcher, session: bytes, form: F, record_id: str = "", reader_key: bytes = b""
    ) -> Response:
        """The response to a caller whom FastAPI has authenticated; `reader_key` is the digest that the sign-in message
        names. Raises what `make`, `respond` and `show` raise.
        """
        return Response(await self._body(batcher, session, form, record_id, reader_key), media_type="application/json")

    async def reply(self, batcher: DecisionBatcher, request: Request, record_id: str) -> bytes | None:
        """The body of the response to a JSON request that fits the form.

        Returns None for any other request, which FastAPI then refuses. Raises SessionRequired, and what `answer`
        raises.
        """
        if request.headers.get(b"content-type") != b"application/json" or request.repeats_a_header:
            return None
        try:
            form = self.form.model_validate_json(await request.body(request.max_body))
        except (ValidationError, MalformedInput, TooLarge):
            return None
        return await self._body(batcher, request.session_key(), form, record_id, request.signed_reader_key())

    def refusal(self, error: Exception) -> Reply:
        """The error response, as FastAPI's handlers render it."""
        return refusal(error)

    async def _body(
        self, batcher: DecisionBatcher, session: bytes, form: F, record_id: str, reader_key: bytes
    ) -> bytes:
        try:
            answered = await batcher.answer_for(
                session, lambda name: self.make(batcher.kernel, name, form, record_id), self.respond
            )
        except UnknownTerm as error:
            if self.empty_answer is None:
                raise
            return orjson.dumps(self.empty_answer(error))
        if answered is None:
            return orjson.dumps(self.empty_answer(None) if self.empty_answer else None)
        return orjson.dumps(await self.show(batcher, AnsweredRequest(form, *answered, reader_key)))
