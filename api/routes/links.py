"""SMART Health Links (HL7 SMART Health Cards and Links 1.0): the manifest for whoever holds a link, and a person's list
of theirs. Services make links; here they are opened and ended. Unknown, over and of the other kind look the same.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from mydata_ledger.api.auth import AppContextDep, KernelDep, SignedIn
from mydata_ledger.api.schemas import Hex32, shown
from mydata_ledger.ledger.errors import NotFound, PasscodeInvalid
from mydata_ledger.ledger.kernel import Link
from mydata_ledger.ledger.typed_data import read_hex

router = APIRouter(tags=["links"])
LinkId = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{43}$", description="256 bits, as the link carries them")]
Name = Annotated[str, Path(pattern="^0x[0-9a-fA-F]{64}$", description="a link as its maker's list names it")]
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
    """A link as its maker sees it; `name` is not what opens it."""

    name: Hex32
    label: str
    flag: str
    made_at: int
    expires: int
    remaining_attempts: int
    opened: int
    size: int
    live: bool

    @classmethod
    def of(cls, link: Link) -> LinkView:
        """The view of one."""
        told = {name: getattr(link, name) for name in ("label", "flag", "made_at", "expires", "opened", "size", "live")}
        return cls(name=shown(link.name), remaining_attempts=link.remaining, **told)


@router.get("/me/links")
def links(caller: SignedIn, kernel: KernelDep) -> list[LinkView]:
    """Every link the caller made, the newest first."""
    found = sorted(kernel.people.links.of(caller.signer), key=lambda link: (-link.made_at, link.name))
    return [LinkView.of(link) for link in found]


@router.delete("/me/links/{name}", status_code=204)
def end(name: Name, caller: SignedIn, kernel: KernelDep) -> None:
    """End one of the caller's links: nobody opens it again, and its content is let go."""
    kernel.people.links.end(caller.signer, read_hex(name, "name", 32))


@router.post("/shl/{link_id}")
def manifest(link_id: LinkId, asked: ManifestRequest, house: AppContextDep) -> JSONResponse:
    """The manifest of a link (§ SHLink Manifest Request). Who asks names themselves; their name goes on the person's
    timeline. A wrong passcode is 401 with the tries that remain over the link's whole life.
    """
    try:
        sealed, kind = house.kernel.people.sharing.open(link_id, asked.recipient, asked.passcode, direct=False)
    except PasscodeInvalid as error:
        said = {"remainingAttempts": error.remaining, "error": error.code, "detail": str(error)}
        return JSONResponse(said, 401, OPEN_TO_ALL)
    except NotFound as error:
        return _gone(error)
    file: dict[str, Any] = {"contentType": kind}
    if asked.embedded_length_max is None or len(sealed) <= asked.embedded_length_max:
        file["embedded"] = sealed.decode("ascii")
    else:
        file["location"] = (
            f"{house.settings.uri.rstrip('/')}/shl/files/{house.kernel.people.sharing.ticket_for(link_id)}"
        )
    return JSONResponse({"files": [file]}, headers=OPEN_TO_ALL | {"Retry-After": POLL_SECONDS})


@router.get("/shl/{link_id}")
def direct(link_id: LinkId, house: AppContextDep, recipient: Annotated[str, Query(max_length=200)]) -> Response:
    """The one file of a link with the `U` flag, as JWE; `recipient` names who asks."""
    try:
        sealed, _ = house.kernel.people.sharing.open(link_id, recipient, None, direct=True)
    except NotFound as error:
        return _gone(error)
    return _jose(sealed)


@router.get("/shl/files/{ticket}")
def file(ticket: Annotated[str, Path(max_length=300)], house: AppContextDep) -> Response:
    """The file a manifest pointed to, while its address lasts."""
    try:
        return _jose(house.kernel.people.sharing.file_of(ticket))
    except NotFound as error:
        return _gone(error)


@router.options("/shl/{path:path}", include_in_schema=False)
def preflight(request: Request) -> Response:
    """Viewers in a browser come from other origins; a link itself is all they need."""
    del request
    return Response(status_code=204, headers=PREFLIGHT)


def _gone(error: NotFound) -> JSONResponse:
    return JSONResponse({"error": error.code}, 404, OPEN_TO_ALL)


def _jose(sealed: bytes) -> Response:
    return Response(sealed, media_type="application/jose", headers=OPEN_TO_ALL)
