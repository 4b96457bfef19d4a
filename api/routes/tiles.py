"""The logs in standard formats: C2SP tlog-tiles, and checkpoints as signed notes. No statement is shown."""

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
"""Headers of public content: a page that verifies a log has another origin."""
IMMUTABLE = {**PUBLIC, "cache-control": "public, max-age=31536000, immutable"}
MUTABLE = {**PUBLIC, "cache-control": "public, max-age=1"}
NOTE_TYPE, TILE_TYPE = "text/plain; charset=utf-8", "application/octet-stream"

router = APIRouter(prefix="/log", tags=["tiles"])


def _tiles(context: AppContextDep) -> Tiles:
    return context.tiles


TilesDep = Annotated[Tiles, Depends(_tiles)]


def _openapi(media_type: str) -> dict[str, Any]:
    """OpenAPI parameters of a route whose answer is not JSON."""
    answers = {
        200: {"description": "As C2SP tlog-tiles says.", "content": {media_type: {"schema": {"type": "string"}}}}
    }
    return {"response_class": Response, "responses": answers}


Route = Callable[..., Response]
NOTE, TILE = _openapi("text/plain"), _openapi(TILE_TYPE)


def _content_response(request: Request, content: bytes | str, media_type: str, headers: dict[str, str]) -> Response:
    """The content with its ETag, or 304 for a client that already has it."""
    raw = content.encode() if isinstance(content, str) else content
    tag = f'"{sha256(raw).hexdigest()[:32]}"'
    response_headers, known_tags = headers | {"etag": tag}, request.headers.get("if-none-match", "")
    if {tag, f"W/{tag}", "*"} & {known_tag.strip() for known_tag in known_tags.split(",")}:
        return Response(status_code=304, headers=response_headers)
    return Response(raw, media_type=media_type, headers=response_headers)


def _note(request: Request, content: bytes | str) -> Response:
    return _content_response(request, content, NOTE_TYPE, MUTABLE)


def _tile_position(place: str) -> TilePosition:
    """The tree is a finite set of files, so a malformed path is not found."""
    try:
        return TilePosition.parse(place)
    except MalformedInput as error:
        raise NotFound from error


def _level(level: str) -> int:
    try:
        return read_level(level)
    except MalformedInput as error:
        raise NotFound from error


TilePath = Annotated[TilePosition, Depends(_tile_position)]
Level = Annotated[int, Depends(_level)]


def _get_and_head(path: str, described: dict[str, Any]) -> Callable[[Route], Route]:
    """Register a route for GET, and for HEAD, which Starlette answers without the body."""

    def add(route: Route) -> Route:
        router.head(path, include_in_schema=False)(route)
        return router.get(path, **described)(route)

    return add


@_get_and_head("/{name}/checkpoint", NOTE)
def get_checkpoint(request: Request, name: LogName, tiles: TilesDep) -> Response:
    """The newest checkpoint as a signed note: the largest head that was ever on chain. Its size never decreases."""
    return _note(request, tiles.checkpoint(name))


@_get_and_head("/{name}/checkpoint/cosigned", NOTE)
def get_cosigned_checkpoint(request: Request, name: LogName, tiles: TilesDep) -> Response:
    """The newest checkpoint that witnesses cosigned, with their cosignatures."""
    return _note(request, tiles.cosigned(name))


@router.post("/{name}/cosignatures", **NOTE)
def submit_cosignatures(request: Request, name: LogName, note: RawBody, tiles: TilesDep) -> Response:
    """Submit a checkpoint of this log with cosignatures of known witnesses; the body is the signed note."""
    if len(note) > MAX_NOTE:
        raise TooLarge(f"a note has at most {MAX_NOTE} bytes")
    return _note(request, tiles.cosign(name, note))


@_get_and_head("/{name}/vkey", NOTE)
def get_verifier_keys(request: Request, name: LogName, tiles: TilesDep) -> Response:
    """The verifier keys of this log's checkpoints, one per line, newest first."""
    return _note(request, "".join(f"{line}\n" for line in tiles.verifiers(name)))


@_get_and_head("/{name}/tile/entries/{place:path}", TILE)
def get_entry_bundle(request: Request, name: LogName, place: TilePath, tiles: TilesDep) -> Response:
    """An entry bundle: blinded 32-byte commitments, each after its length. They reveal no personal data."""
    return _content_response(request, tiles.entries(name, place), TILE_TYPE, IMMUTABLE)


@_get_and_head("/{name}/tile/{level}/{place:path}", TILE)
def get_tile(request: Request, name: LogName, level: Level, place: TilePath, tiles: TilesDep) -> Response:
    """A tile of up to 256 hashes: `/tile/0/x001/x234/067` is full, `/tile/0/000.p/5` has the first five."""
    return _content_response(request, tiles.tile(name, level, place), TILE_TYPE, IMMUTABLE)
