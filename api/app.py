"""The app: routes, slices, refusals and bounds, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from mydata_ledger.api import errors
from mydata_ledger.api.auth import AppContext
from mydata_ledger.api.errors import Refusal
from mydata_ledger.api.fastpath.asgi import FastPath, Route
from mydata_ledger.api.fastpath.consents import ConsentBatcher
from mydata_ledger.api.fastpath.decisions import DecisionBatcher
from mydata_ledger.api.fastpath.evaluations import evaluation_routes
from mydata_ledger.api.fastpath.limits import RequestLimits, TokenBucket
from mydata_ledger.api.routes import (
    access,
    authzen,
    consent_copies,
    consents,
    delegations,
    directory,
    erasures,
    evaluations,
    explanations,
    exports,
    health,
    inbox,
    large_records,
    links,
    logs,
    paper_consents,
    questions,
    receipts,
    records,
    requests,
    reviews,
    sessions,
    tiles,
    timeline,
    transfers,
)
from mydata_ledger.api.slices import Slice

DESCRIPTION = """Every use of personal data: signed, seen, stopped, proved.

Sign in with a wallet (`POST /session/challenges`, sign, `POST /sessions`). Statements are drafted here, signed by you
as EIP-712 typed data, and handed in again. Bytes are 0x-hex, times UTC seconds. Every refusal has the shape
`{"error", "detail"}`; what you may not see and what is not there look the same."""
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "The input is not what the form says."},
    401: {"model": Refusal, "description": "Sign in first."},
    403: {"model": Refusal, "description": "The signature or the role does not allow this."},
    404: {"model": Refusal, "description": "Absent or forbidden: they look the same."},
    409: {"model": Refusal, "description": "Not the next version: ask for a new draft."},
    413: {"model": Refusal, "description": "Too large."},
    422: {"model": Refusal, "description": "The statement contradicts itself or the vocabulary."},
    429: {"model": Refusal, "description": "Too often: wait, or take an earlier request back."},
    502: {"model": Refusal, "description": "Stored bytes are not the anchored ones: no data."},
    503: {"model": Refusal, "description": "Unknown: the chain, a store or the key service does not answer."},
}
ROUTERS = [
    module.router
    for module in (
        access,
        authzen,
        questions,
        receipts,
        records,
        consents,
        health,
        sessions,
        directory,
        requests,
        delegations,
        inbox,
        reviews,
        explanations,
        consent_copies,
        paper_consents,
        erasures,
        logs,
        tiles,
        timeline,
        transfers,
        exports,
        links,
        large_records,
    )
]
"""Those asked most often come first: the framework looks through them in order."""
FAST_ROUTES: dict[str, Route] = {
    "/access/records/": access.RECORDS,
    "/access/persons": questions.PERSONS,
    "/access/v1/search/resource": authzen.RESOURCES,
    "/access/v1/search/action": authzen.ACTIONS,
}
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class App(FastAPI):
    """The framework, with the fast path before all of its layers: they cost more than a decision does."""

    fast_path: FastPath

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        await self.fast_path(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the fast path leaves to the framework."""
        await super().__call__(scope, receive, send)


def create_app(premises: AppContext, slices: Sequence[Slice], lifespan: Lifespan | None = None) -> FastAPI:
    """The door over one kernel, with the services given; `lifespan` starts and stops what runs beside it."""
    app = App(
        title="MyData Ledger",
        version="0.1.0",
        description=DESCRIPTION,
        responses=REFUSALS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    decisions = DecisionBatcher(premises)
    app.state.premises, app.state.decisions, app.state.consents = premises, decisions, ConsentBatcher(premises.kernel)
    errors.install(app)
    for router in [*ROUTERS, *(one.router for one in slices if one.router), evaluations.router]:
        app.include_router(router)
    ours = premises.settings
    buckets = TokenBucket(ours.requests_per_second), TokenBucket(ours.sign_ins_per_second)
    routes = FAST_ROUTES | evaluation_routes(TokenBucket(ours.evaluations_per_second))
    streamed = {large_records.STREAM_PATH: premises.kernel.queries.streamed_bytes}
    limits = RequestLimits(*buckets, ours.max_body, premises.is_live, streamed)
    app.fast_path = FastPath(app.framework, routes, decisions, limits)
    return app
