"""The logs as other people's tools read them: C2SP tlog-tiles, checkpoints as signed notes. No statement is shown."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from mydata_ledger.api.auth import AppContextDep
from mydata_ledger.api.guard import RawBody
from mydata_ledger.api.routes.logs import LogName
from mydata_ledger.ledger.errors import MalformedInput, NotFound, TooLarge
from mydata_ledger.ledger.note.signed import MAX_NOTE
from mydata_ledger.ledger.tiles import TilePosition, Tiles, read_level

PUBLIC = {"access-control-allow-origin": "*"}
"""Nothing here is anybody's secret, and a page that checks a log comes from elsewhere."""
IMMUTABLE = {**PUBLIC, "cache-control": "public, max-age=31536000, immutable"}
MUTABLE = {**PUBLIC, "cache-control": "public, max-age=1"}
NOTE_TYPE, TILE_TYPE = "text/plain; charset=utf-8", "application/octet-stream"

router = APIRouter(prefix="/log", tags=["tiles"])


def _tiles(house: AppContextDep) -> Tiles:
    return house.tiles


Served = Annotated[Tiles, Depends(_tiles)]


def _described(media_type: str) -> dict[str, Any]:
    """How a route without a JSON answer stands in the interface's description."""
    answers = {
        200: {"description": "As C2SP tlog-tiles says.", "content": {media_type: {"schema": {"type": "string"}}}}
    }
    return {"response_class": Response, "responses": answers}


Route = Callable[..., Response]
A_NOTE, A_TILE = _described("text/plain"), _described(TILE_TYPE)


def _served(request: Request, content: bytes | str, media_type: str, headers: dict[str, str]) -> Response:
    """The content under its tag, or 304 for whoever has it already."""
    raw = content.encode() if isinstance(content, str) else content
    tag = f'"{sha256(raw).hexdigest()[:32]}"'
    told, held = headers | {"etag": tag}, request.headers.get("if-none-match", "")
    if {tag, f"W/{tag}", "*"} & {one.strip() for one in held.split(",")}:
        return Response(status_code=304, headers=told)
    return Response(raw, media_type=media_type, headers=told)


def _note(request: Request, content: bytes | str) -> Response:
    return _served(request, content, NOTE_TYPE, MUTABLE)


def _place(place: str) -> TilePosition:
    """The tree is a finite set of files: what no file is called is not there, however it is misspelt."""
    try:
        return TilePosition.parse(place)
    except MalformedInput as error:
        raise NotFound from error


def _level(level: str) -> int:
    try:
        return read_level(level)
    except MalformedInput as error:
        raise NotFound from error


Where = Annotated[TilePosition, Depends(_place)]
Level = Annotated[int, Depends(_level)]


def _read(path: str, described: dict[str, Any]) -> Callable[[Route], Route]:
    """A route for GET, and for HEAD, which Starlette answers without the body."""

    def add(route: Route) -> Route:
        router.head(path, include_in_schema=False)(route)
        return router.get(path, **described)(route)

    return add


@_read("/{name}/checkpoint", A_NOTE)
def checkpoint(request: Request, name: LogName, served: Served) -> Response:
    """The newest checkpoint as a signed note: the largest head that was ever on chain. It never goes back."""
    return _note(request, served.checkpoint(name))


@_read("/{name}/checkpoint/cosigned", A_NOTE)
def cosigned(request: Request, name: LogName, served: Served) -> Response:
    """The newest checkpoint that witnesses cosigned, with their cosignatures."""
    return _note(request, served.cosigned(name))


@router.post("/{name}/cosignatures", **A_NOTE)
def cosign(request: Request, name: LogName, note: RawBody, served: Served) -> Response:
    """Hand in a checkpoint of this log with cosignatures of witnesses known here; the body is the signed note."""
    if len(note) > MAX_NOTE:
        raise TooLarge(f"a note has at most {MAX_NOTE} bytes")
    return _note(request, served.cosign(name, note))


@_read("/{name}/vkey", A_NOTE)
def verifiers(request: Request, name: LogName, served: Served) -> Response:
    """The verifier keys of this log's checkpoints, one a line, newest first."""
    return _note(request, "".join(f"{line}\n" for line in served.verifiers(name)))


@_read("/{name}/tile/entries/{place:path}", A_TILE)
def entries(request: Request, name: LogName, place: Where, served: Served) -> Response:
    """An entry bundle: blinded 32-byte commitments, each after its length. Nothing personal follows from them."""
    return _served(request, served.entries(name, place), TILE_TYPE, IMMUTABLE)


@_read("/{name}/tile/{level}/{place:path}", A_TILE)
def tile(request: Request, name: LogName, level: Level, place: Where, served: Served) -> Response:
    """A tile of up to 256 hashes: `/tile/0/x001/x234/067` is full, `/tile/0/000.p/5` has the first five."""
    return _served(request, served.tile(name, level, place), TILE_TYPE, IMMUTABLE)
