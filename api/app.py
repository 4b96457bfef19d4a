"""The FastAPI app: routes, services, error handlers, limits and the fast path."""

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
from mydata_ledger.api.live.streams import LiveStreams
from mydata_ledger.api.routes import (
    access,
    authzen,
    bindings,
    collecting,
    consent_copies,
    consents,
    contacts,
    delegations,
    directory,
    erasures,
    evaluations,
    events,
    explanations,
    exports,
    health,
    inbox,
    issued_records,
    large_records,
    links,
    logs,
    operating,
    overview,
    paper_consents,
    parties,
    questions,
    receipts,
    records,
    reissues,
    requests,
    retentions,
    reviews,
    self_declared,
    sessions,
    tiles,
    timeline,
    transfers,
    wishes,
)
from mydata_ledger.api.slices import Slice

DESCRIPTION = """Consents, records and access receipts in append-only logs that are anchored on a blockchain.

**Sign in.** Send `POST /session/challenges`, sign the message with a wallet or passkey, and send `POST /sessions`; then
send the token as `Authorization: Bearer`. **Sign a statement.** Ask for a draft, sign its EIP-712 typed data, and
submit message and signature. **Formats.** Bytes are 0x-hex; times are UTC seconds. **Errors** have the form
`{"error", "detail"}`. A record that does not exist and one that you may not see get the identical answer (404)."""
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "The request does not match its schema."},
    401: {"model": Refusal, "description": "There is no valid session: sign in first."},
    403: {"model": Refusal, "description": "The signature is invalid, or the caller's role does not permit this."},
    404: {"model": Refusal, "description": "Not found, or not permitted: the two answers are identical."},
    409: {"model": Refusal, "description": "The statement is not the next version: ask for a new draft."},
    413: {"model": Refusal, "description": "The request is too large."},
    422: {
        "model": Refusal,
        "description": "The statement contradicts itself, or uses a term that is not in the vocabulary.",
    },
    429: {"model": Refusal, "description": "Too many requests: wait, or withdraw an earlier consent request."},
    502: {"model": Refusal, "description": "Stored bytes do not match the anchored ones; no data is returned."},
    503: {
        "model": Refusal,
        "description": "The answer is unknown: the chain, a store or the key service does not respond.",
    },
}
ROUTERS = [
    module.router
    for module in (
        access,
        authzen,
        questions,
        receipts,
        records,
        issued_records,
        consents,
        health,
        sessions,
        directory,
        requests,
        contacts,
        delegations,
        inbox,
        reviews,
        explanations,
        consent_copies,
        paper_consents,
        erasures,
        logs,
        operating,
        tiles,
        overview,
        parties,
        timeline,
        transfers,
        wishes,
        collecting,
        retentions,
        exports,
        links,
        large_records,
        bindings,
        reissues,
        self_declared,
        events,
    )
]
"""In the order in which FastAPI tries them: the most used first."""
FAST_ROUTES: dict[str, Route] = {
    "/access/records/": access.RECORDS,
    "/access/persons": questions.PERSONS,
    "/access/v1/search/resource": authzen.RESOURCES,
    "/access/v1/search/action": authzen.ACTIONS,
}
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class App(FastAPI):
    """FastAPI with the fast path in front of its middleware, because the middleware costs more than a decision."""

    fast_path: FastPath

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI request."""
        await self.fast_path(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request that the fast path leaves to FastAPI."""
        await super().__call__(scope, receive, send)


def create_app(context: AppContext, slices: Sequence[Slice], lifespan: Lifespan | None = None) -> FastAPI:
    """Build the app.

    Args:
        context: The kernel and what the routes need beside it.
        slices: The services, with their catalogs and routes.
        lifespan: Starts and stops background tasks together with the app.
    """
    app = App(
        title="MyData Ledger",
        version="0.1.0",
        description=DESCRIPTION,
        responses=REFUSALS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    decisions = DecisionBatcher(context)
    app.state.context, app.state.decisions, app.state.consents = context, decisions, ConsentBatcher(context.kernel)
    app.state.live = LiveStreams(context)
    errors.install(app)
    for router in [*ROUTERS, *(service.router for service in slices if service.router), evaluations.router]:
        app.include_router(router)
    settings = context.settings
    buckets = TokenBucket(settings.requests_per_second), TokenBucket(settings.sign_ins_per_second)
    routes = FAST_ROUTES | evaluation_routes(TokenBucket(settings.evaluations_per_second))
    streamed = {large_records.STREAM_PATH: context.kernel.queries.streamed_bytes}
    limits = RequestLimits(*buckets, settings.max_body, context.is_live, streamed)
    app.fast_path = FastPath(app.framework, routes, decisions, limits)
    return app
