"""Records that are too large for one JSON body: handed in as a stream, and handed out as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Annotated

import anyio
from anyio import from_thread, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

from mydata_ledger.api.auth import KernelDep, SignedIn, subject_bytes
from mydata_ledger.api.errors import refusal, response
from mydata_ledger.api.routes.records import IssueDrafts
from mydata_ledger.api.schemas import HEX32, ZERO, Term
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import LedgerError, MalformedInput
from mydata_ledger.ledger.kernel import Upload
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["records"])
STREAM_PATH = "/records/drafts/stream"
PIECE = 256 * 1024
"""Bytes that are gathered before the sealing thread is given them."""
STALL_SECONDS = 60
UPLOADS_AT_ONCE = 4
"""In one process; each holds a thread and up to 32 MiB. Others wait for their turn."""
BROKE_OFF = "the upload broke off or stalled; nothing was kept: send it again"
BINARY = {"schema": {"type": "string", "format": "binary"}}
BODY = {
    "requestBody": {
        "required": True,
        "description": "The record's exact bytes; `Content-Type` is its media type, `Content-Length` is required.",
        "content": {"application/octet-stream": BINARY, "application/dicom": BINARY, "application/pdf": BINARY},
    }
}
_uploads: RunVar[anyio.CapacityLimiter] = RunVar("uploads")


class RecordHeaders(BaseModel):
    """What `UploadForm` says of a record beside its content, in headers: nothing about a person stands in a URL."""

    model_config = ConfigDict(extra="ignore")

    record_data_subject: Annotated[str, Field(pattern="^0x([0-9a-fA-F]{2}){20,84}$", description="whose it is")]
    record_category: Annotated[Term, Field(examples=["health.imaging"])]
    record_data_from: Annotated[int, Field(ge=0, le=NEVER, description="UTC seconds; 0 is unknown")] = 0
    record_data_until: Annotated[int, Field(ge=0, le=NEVER, description="UTC seconds, exclusive")] = 0
    record_supersedes: Annotated[str, Field(pattern=HEX32, description="the record it corrects")] = ZERO
    record_lock: Annotated[str, Field(pattern=HEX32, description="SHA-256 of a secret")] = ZERO

    def upload(self, media_type: str) -> Upload:
        """The kernel's word for it, without the content. Raises MalformedInput."""
        if not (3 <= len(media_type) <= 127 and media_type.isascii() and media_type.isprintable()):
            raise MalformedInput("`Content-Type` is the record's media type, in 3 to 127 characters")
        return Upload(
            data_subject=subject_bytes(self.record_data_subject),
            category=self.record_category,
            media_type=media_type,
            content=b"",
            data_from=self.record_data_from,
            data_until=self.record_data_until,
            supersedes=read_hex(self.record_supersedes, "record-supersedes", 32),
            lock=read_hex(self.record_lock, "record-lock", 32),
        )


@router.post(STREAM_PATH, status_code=201, openapi_extra=BODY, response_model=IssueDrafts)
async def draft_stream(
    said: Annotated[RecordHeaders, Header()], request: Request, caller: SignedIn, kernel: KernelDep
) -> IssueDrafts | Response:
    """Seal one record of any size up to the ledger's bound (2 GiB unless it is set otherwise) while it comes in, and
    return the statement for the holder to sign; nothing is issued yet. The body is the record itself, anything but
    JSON. An upload that breaks off leaves nothing.
    """
    try:
        upload, length = said.upload(request.headers.get("content-type", "")), _declared(request)
        draft = partial(kernel.records.large_records.draft, caller.name, upload, length, _Body(request))
        return IssueDrafts(drafts=[(await to_thread.run_sync(draft, limiter=_limiter())).typed])
    except LedgerError as error:
        refused = response(refusal(error))
        refused.headers["connection"] = "close"
        return refused


@router.get(
    "/receipts/{position}/sealed",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": BINARY}}},
)
def sealed(position: Annotated[int, Path(ge=0, le=2**62)], caller: SignedIn, kernel: KernelDep) -> StreamingResponse:
    """The sealed payload that a receipt of the caller's released, for a release whose `sealed` is null; it opens under
    that release's `wrapped_key`. An answer that turns out to be damaged is broken off.
    """
    size, pieces = kernel.records.large_records.sealed(caller.name, position)
    first = next(pieces, b"")
    headers = {"Content-Length": str(size)}
    return StreamingResponse(chain([first], pieces), media_type="application/octet-stream", headers=headers)


def _declared(request: Request) -> int:
    """The body's length in bytes, which the sealed form begins with. Raises MalformedInput."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise MalformedInput("say how long the record is: `Content-Length` is required here, without chunked encoding")
    return int(length)


def _limiter() -> anyio.CapacityLimiter:
    """One for each event loop."""
    try:
        return _uploads.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(UPLOADS_AT_ONCE)
        _uploads.set(limiter)
        return limiter


class _Body:
    """A request's body for a thread: read on the event loop, as fast as the thread takes it."""

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()

    def __iter__(self) -> Iterator[bytes]:
        """Pieces of 256 KiB or more, the last one shorter. Raises MalformedInput when the sender is gone or stalls."""
        while piece := from_thread.run(self._gathered):
            yield piece

    async def _gathered(self) -> bytes:
        found, size = list[bytes](), 0
        try:
            while size < PIECE:
                with anyio.fail_after(STALL_SECONDS):
                    piece = await anext(self._stream)
                found.append(piece)
                size += len(piece)
        except StopAsyncIteration:
            pass
        except (ClientDisconnect, TimeoutError) as error:
            raise MalformedInput(BROKE_OFF) from error
        return b"".join(found)
