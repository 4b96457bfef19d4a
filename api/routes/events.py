"""Live updates of the caller as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from mydata_ledger.api.auth import SignedIn
from mydata_ledger.api.live.stream import LiveStream
from mydata_ledger.api.live.streams import LiveStreams

router = APIRouter(tags=["events"])
EVENT_STREAM = "text/event-stream"
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


async def open_stream(request: Request, caller: SignedIn) -> AsyncIterator[LiveStream]:
    """A stream of the caller, which is left when the response ends."""
    streams: LiveStreams = request.app.state.live
    address = request.client.host if request.client else ""
    stream = await streams.open(caller, address, is_again="last-event-id" in request.headers)
    try:
        yield stream
    finally:
        streams.leave(stream)


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
async def get_events(stream: Annotated[LiveStream, Depends(open_stream)]) -> StreamingResponse:
    """Which of the caller's lists changed, as server-sent events, as long as the connection and the session last.

    An event has the name of a list and no content: `requests`, `messages`, `timeline` or `consents`; read that list
    again. After `session` the stream ends: the session is over, or what the caller's party may do changed. A request
    with `Last-Event-ID` gets all lists first.
    """
    return StreamingResponse(stream.updates(), headers=HEADERS, media_type=EVENT_STREAM)
