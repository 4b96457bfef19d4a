"""SMART Health Links (HL7 SMART Health Cards and Links 1.0): manifests for viewers, and a person's list of links.

Services create links; they are opened and ended here. An unknown, an expired and a link of the other kind get the
identical answer.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from mydata_ledger.api.acting import ActingFor, AsPerson
from mydata_ledger.api.auth import AppContextDep, KernelDep
from mydata_ledger.api.numbers import Time
from mydata_ledger.api.schemas import Hex32, to_hex
from mydata_ledger.ledger.errors import NotFound, PasscodeInvalid
from mydata_ledger.ledger.kernel import Link
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["links"])
LinkId = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{43}$", description="256 bits, as the link carries them")]
LinkName = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="name of the link, as `/me/links` lists it")]
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*"}
PREFLIGHT = {**OPEN_TO_ALL, "Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "content-type"}
POLL_SECONDS = "3600"


class ManifestRequest(BaseModel):
    """Who opens the link; unknown members are ignored, as the standard demands."""

    model_config = ConfigDict(extra="ignore", strict=True)

    recipient: str
    passcode: Annotated[str | None, Field(max_length=200)] = None
    embedded_length_max: Annotated[int | None, Field(ge=0, strict=True, alias="embeddedLengthMax")] = None


class LinkView(BaseModel):
    """A link, for the person who created it; `name` identifies it but does not open it. `last_opened` is 0 if it was
    never opened.
    """

    name: Hex32
    label: str
    flag: str
    made_at: int
    expires: Time
    remaining_attempts: int
    opened: int
    last_opened: int
    size: int
    live: bool

    @classmethod
    def of(cls, link: Link) -> LinkView:
        """The view of a link."""
        names = ("label", "flag", "made_at", "expires", "opened", "last_opened", "size", "live")
        fields = {name: getattr(link, name) for name in names}
        return cls(name=to_hex(link.name), remaining_attempts=link.remaining, **fields)


@router.get("/me/links")
def list_links(acting: ActingFor, kernel: KernelDep) -> list[LinkView]:
    """Every link of the caller, newest first; with `for`, those of a person for whom the caller acts that share
    categories of the delegation only.
    """
    links = kernel.people.links.of(acting.person, acting.covers)
    links_by_age = sorted(links, key=lambda link: (-link.made_at, link.name))
    return [LinkView.of(link) for link in links_by_age]


@router.delete("/me/links/{name}", status_code=204)
def end_link(name: LinkName, acting: AsPerson, kernel: KernelDep) -> None:
    """End one of the caller's links: nobody can open it any more, and its content is deleted."""
    kernel.people.links.end(acting.person, read_hex(name, "name", 32))


@router.post("/shl/{link_id}")
def get_link_manifest(link_id: LinkId, form: ManifestRequest, context: AppContextDep) -> JSONResponse:
    """The manifest of a link (SHLink Manifest Request).

    `recipient` names who opens it and appears in the person's timeline. A wrong passcode gets 401 with the attempts
    that remain over the link's whole life.
    """
    try:
        sealed, media_type = context.kernel.people.sharing.open(link_id, form.recipient, form.passcode, direct=False)
    except PasscodeInvalid as error:
        body = {"remainingAttempts": error.remaining, "error": error.code, "detail": str(error)}
        return JSONResponse(body, 401, OPEN_TO_ALL)
    except NotFound as error:
        return _not_found(error)
    file: dict[str, Any] = {"contentType": media_type}
    if form.embedded_length_max is None or len(sealed) <= form.embedded_length_max:
        file["embedded"] = sealed.decode("ascii")
    else:
        file["location"] = (
            f"{context.settings.uri.rstrip('/')}/shl/files/{context.kernel.people.sharing.ticket_for(link_id)}"
        )
    return JSONResponse({"files": [file]}, headers=OPEN_TO_ALL | {"Retry-After": POLL_SECONDS})


@router.get("/shl/{link_id}")
def open_direct_link(
    link_id: LinkId, context: AppContextDep, recipient: Annotated[str, Query(max_length=200)]
) -> Response:
    """The only file of a link with the `U` flag, as JWE; `recipient` names who opens it."""
    try:
        sealed, _ = context.kernel.people.sharing.open(link_id, recipient, None, direct=True)
    except NotFound as error:
        return _not_found(error)
    return _jose(sealed)


@router.get("/shl/files/{ticket}")
def get_link_file(ticket: Annotated[str, Path(max_length=300)], context: AppContextDep) -> Response:
    """The file that a manifest pointed to, until its address expires."""
    try:
        return _jose(context.kernel.people.sharing.file_of(ticket))
    except NotFound as error:
        return _not_found(error)


@router.options("/shl/{path:path}", include_in_schema=False)
def preflight(request: Request) -> Response:
    """CORS: viewers in browsers have other origins. The link itself is their only credential."""
    del request
    return Response(status_code=204, headers=PREFLIGHT)


def _not_found(error: NotFound) -> JSONResponse:
    return JSONResponse({"error": error.code}, 404, OPEN_TO_ALL)


def _jose(sealed: bytes) -> Response:
    return Response(sealed, media_type="application/jose", headers=OPEN_TO_ALL)
