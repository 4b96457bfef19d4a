"""The app: routes, slices, refusals and bounds, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from mydata_ledger.api import errors
from mydata_ledger.api.auth import Premises
from mydata_ledger.api.bounds import BoundedBodies, Headers
from mydata_ledger.api.errors import Refusal
from mydata_ledger.api.groups import Groups
from mydata_ledger.api.hot import HotDoor, describe
from mydata_ledger.api.intake import Intake
from mydata_ledger.api.pace import Pace, Paced
from mydata_ledger.api.routes import (
    access,
    answers,
    authzen,
    consent_copies,
    consents,
    delegations,
    directory,
    erasures,
    exports,
    health,
    inbox,
    large_records,
    links,
    logs,
    papers,
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
from mydata_ledger.api.wicket import Lanes, Wicket

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
        answers,
        consent_copies,
        papers,
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
LANES: Lanes = {
    "/access/records/": access.RECORDS,
    "/access/persons": questions.PERSONS,
    "/access/v1/search/resource": authzen.RESOURCES,
    "/access/v1/search/action": authzen.ACTIONS,
}
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Fronted(FastAPI):
    """The framework, with the plain endpoint before all of its layers: they cost more than a decision does."""

    hot: HotDoor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        await self.hot(scope, receive, send)

    async def behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the plain endpoint leaves to the framework."""
        await super().__call__(scope, receive, send)


def create_app(premises: Premises, slices: Sequence[Slice], lifespan: Lifespan | None = None) -> FastAPI:
    """The door over one kernel, with the services given; `lifespan` starts and stops what runs beside it."""
    app = Fronted(
        title="MyData Ledger",
        version="0.1.0",
        description=DESCRIPTION,
        responses=REFUSALS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.premises, app.state.groups, app.state.intake = premises, Groups(premises), Intake(premises)
    errors.install(app)
    for router in ROUTERS + [one.router for one in slices if one.router]:
        app.include_router(router)
    app.include_router(describe())
    app.hot = HotDoor(
        _bounded(app, premises), premises, app.state.groups, Pace(premises.settings.evaluations_per_second)
    )
    return app


def _bounded(app: Fronted, premises: Premises) -> ASGIApp:
    """The small door and the framework behind it, within the bounds that every request keeps to."""
    ours = premises.settings
    streamed = frozenset({large_records.STREAM_PATH})
    inside = BoundedBodies(Wicket(app.behind, LANES, app.state.groups), ours.max_body, streamed)
    return Headers(Paced(inside, Pace(ours.requests_per_second), Pace(ours.sign_ins_per_second)))
