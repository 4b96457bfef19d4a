"""Records too large for one JSON body: uploaded and downloaded as a stream."""

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

from mydata_ledger.api.auth import KernelDep, SignedIn
from mydata_ledger.api.errors import refusal, response
from mydata_ledger.api.patient_numbers import PATIENT_NUMBER, person_named
from mydata_ledger.api.routes.records import IssueDrafts
from mydata_ledger.api.schemas import HEX32, ZERO, Term
from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.errors import LedgerError, MalformedInput
from mydata_ledger.ledger.kernel import Kernel, Upload
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["records"])
STREAM_PATH = "/records/drafts/stream"
PIECE_SIZE = 256 * 1024
"""Bytes that are collected before the sealing thread gets them."""
STALL_SECONDS = 60
MAX_CONCURRENT_UPLOADS = 4
"""Uploads at the same time in one process; each takes a thread and up to 32 MiB. Others wait."""
UPLOAD_INTERRUPTED = "the upload broke off or stalled; nothing was kept: send it again"
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
    """The members of `UploadForm` without the content, as headers: a URL never contains personal data."""

    model_config = ConfigDict(extra="ignore")

    record_data_subject: Annotated[
        str | None, Field(pattern="^0x([0-9a-fA-F]{2}){20,84}$", description="signer bytes of the data subject")
    ] = None
    record_patient_number: Annotated[
        str | None, Field(pattern=PATIENT_NUMBER, description="the holder's own number for the data subject")
    ] = None
    record_category: Annotated[Term, Field(examples=["health.imaging"])]
    record_data_from: Annotated[int, Field(ge=0, le=NEVER, description="UTC seconds; 0 is unknown")] = 0
    record_data_until: Annotated[int, Field(ge=0, le=NEVER, description="UTC seconds, exclusive")] = 0
    record_supersedes: Annotated[str, Field(pattern=HEX32, description="the record that this one corrects")] = ZERO
    record_lock: Annotated[str, Field(pattern=HEX32, description="SHA-256 of a secret")] = ZERO
    record_again: Annotated[bool, Field(description="issue it even if a record with equal content stands")] = False

    def upload(self, media_type: str, kernel: Kernel, holder: str) -> Upload:
        """The kernel's upload, without the content. Raises MalformedInput."""
        if not (3 <= len(media_type) <= 127 and media_type.isascii() and media_type.isprintable()):
            raise MalformedInput("`Content-Type` is the record's media type, in 3 to 127 characters")
        return Upload(
            data_subject=person_named(kernel, holder, self.record_data_subject, self.record_patient_number),
            category=self.record_category,
            media_type=media_type,
            content=b"",
            data_from=self.record_data_from,
            data_until=self.record_data_until,
            supersedes=read_hex(self.record_supersedes, "record-supersedes", 32),
            lock=read_hex(self.record_lock, "record-lock", 32),
            again=self.record_again,
        )


@router.post(STREAM_PATH, status_code=201, openapi_extra=BODY, response_model=IssueDrafts)
async def draft_large_record(
    headers: Annotated[RecordHeaders, Header()], request: Request, caller: SignedIn, kernel: KernelDep
) -> IssueDrafts | Response:
    """Seal one record while it is uploaded, and return the statement for the holder to sign; nothing is issued yet.

    The body is the record itself, of any media type but JSON, up to this ledger's limit (2 GiB unless set otherwise).
    An interrupted upload stores nothing.
    """
    try:
        media_type = request.headers.get("content-type", "")
        upload = await to_thread.run_sync(headers.upload, media_type, kernel, caller.name)
        length = _declared_length(request)
        draft = partial(kernel.records.large_records.draft, caller.name, upload, length, _Body(request))
        return IssueDrafts.of(await to_thread.run_sync(draft, limiter=_limiter()))
    except LedgerError as error:
        refused = response(refusal(error))
        refused.headers["connection"] = "close"
        return refused


@router.get(
    "/receipts/{position}/sealed",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": BINARY}}},
)
def download_sealed_payload(
    position: Annotated[int, Path(ge=0, le=2**62)], caller: SignedIn, kernel: KernelDep
) -> StreamingResponse:
    """The sealed payload that a receipt of the caller's released, for a release whose `sealed` is null.

    It opens under the `wrapped_key` of that release. If stored bytes turn out to be damaged, the download stops.
    """
    size, pieces = kernel.records.large_records.sealed(caller.name, position)
    first = next(pieces, b"")
    headers = {"Content-Length": str(size)}
    return StreamingResponse(chain([first], pieces), media_type="application/octet-stream", headers=headers)


def _declared_length(request: Request) -> int:
    """The length of the body in bytes, which is needed before the body is sealed. Raises MalformedInput."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise MalformedInput("say how long the record is: `Content-Length` is required here, without chunked encoding")
    return int(length)


def _limiter() -> anyio.CapacityLimiter:
    """The limiter of this event loop."""
    try:
        return _uploads.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(MAX_CONCURRENT_UPLOADS)
        _uploads.set(limiter)
        return limiter


class _Body:
    """A request body for a thread: read on the event loop, as fast as the thread takes it."""

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()

    def __iter__(self) -> Iterator[bytes]:
        """Pieces of 256 KiB or more, the last one shorter. Raises MalformedInput if the sender
        disconnects or stalls.
        """
        while piece := from_thread.run(self._read_piece):
            yield piece

    async def _read_piece(self) -> bytes:
        pieces, size = list[bytes](), 0
        try:
            while size < PIECE_SIZE:
                with anyio.fail_after(STALL_SECONDS):
                    piece = await anext(self._stream)
                pieces.append(piece)
                size += len(piece)
        except StopAsyncIteration:
            pass
        except (ClientDisconnect, TimeoutError) as error:
            raise MalformedInput(UPLOAD_INTERRUPTED) from error
        return b"".join(pieces)
