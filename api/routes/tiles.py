"""The logs as other people's tools read them: C2SP tlog-tiles, checkpoints as signed notes. No statement is shown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.auth import House
from api.guard import RawBody
from api.routes.logs import LogName
from ledger.errors import TooLarge
from ledger.note.signed import MAX_NOTE
from ledger.tiles import Place, Tiles, read_level

PUBLIC = {"access-control-allow-origin": "*"}
"""Nothing here is anybody's secret, and a page that checks a log comes from elsewhere."""
IMMUTABLE = {**PUBLIC, "cache-control": "public, max-age=31536000, immutable"}
MUTABLE = {**PUBLIC, "cache-control": "public, max-age=1"}
NOTE_TYPE, TILE_TYPE = "text/plain; charset=utf-8", "application/octet-stream"

router = APIRouter(prefix="/log", tags=["tiles"])


def _tiles(house: House) -> Tiles:
    return house.tiles


Served = Annotated[Tiles, Depends(_tiles)]


def _described(media_type: str) -> dict[str, Any]:
    """How a route without a JSON answer stands in the interface's description."""
    answers = {
        200: {"description": "As C2SP tlog-tiles says.", "content": {media_type: {"schema": {"type": "string"}}}}
    }
    return {"response_class": Response, "responses": answers}


A_NOTE, A_TILE = _described("text/plain"), _described(TILE_TYPE)


def _note(content: bytes | str) -> Response:
    return Response(content, media_type=NOTE_TYPE, headers=MUTABLE)


def _tile(content: bytes) -> Response:
    return Response(content, media_type=TILE_TYPE, headers=IMMUTABLE)


@router.get("/{name}/checkpoint", **A_NOTE)
def checkpoint(name: LogName, served: Served) -> Response:
    """The newest checkpoint as a signed note: the largest head that was ever on chain. It never goes back."""
    return _note(served.checkpoint(name))


@router.get("/{name}/checkpoint/cosigned", **A_NOTE)
def cosigned(name: LogName, served: Served) -> Response:
    """The newest checkpoint that witnesses cosigned, with their cosignatures."""
    return _note(served.cosigned(name))


@router.post("/{name}/cosignatures", **A_NOTE)
def cosign(name: LogName, note: RawBody, served: Served) -> Response:
    """Hand in a checkpoint of this log with cosignatures of witnesses known here; the body is the signed note."""
    if len(note) > MAX_NOTE:
        raise TooLarge(f"a note has at most {MAX_NOTE} bytes")
    return _note(served.cosign(name, note))


@router.get("/{name}/vkey", **A_NOTE)
def verifiers(name: LogName, served: Served) -> Response:
    """The verifier keys of this log's checkpoints, one a line, newest first."""
    return _note("".join(f"{line}\n" for line in served.verifiers(name)))


@router.get("/{name}/tile/entries/{place:path}", **A_TILE)
def entries(name: LogName, place: str, served: Served) -> Response:
    """An entry bundle: blinded 32-byte commitments, each after its length. Nothing personal follows from them."""
    return _tile(served.entries(name, Place.parse(place)))


@router.get("/{name}/tile/{level}/{place:path}", **A_TILE)
def tile(name: LogName, level: str, place: str, served: Served) -> Response:
    """A tile of up to 256 hashes: `/tile/0/x001/x234/067` is full, `/tile/0/000.p/5` has the first five."""
    return _tile(served.tile(name, read_level(level), Place.parse(place)))
