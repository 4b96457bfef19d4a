"""An IPFS trustless gateway by specs.ipfs.tech, over any store of blocks. The HTTP server is elsewhere.

It serves blocks and CAR files only, so that the client can check each byte and need not trust the gateway. It does not
resolve names (IPNS, DNSLink) and fetches nothing from other nodes: a block that is not stored is 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlencode

from mydata_ledger.anchors.ipld import car, pathing, ranges, reading
from mydata_ledger.anchors.ipld.accept import CAR_TYPE, RAW_TYPE, GatewayRefusal, ResponseFormat, negotiate
from mydata_ledger.anchors.ipld.cid import Cid
from mydata_ledger.anchors.ipld.pathing import ResolvedPath
from mydata_ledger.anchors.ipld.reading import Get
from mydata_ledger.anchors.ipld.request import GatewayRequest
from mydata_ledger.anchors.ipld.selecting import BlockSelection, selected
from mydata_ledger.anchors.ipld.unixfs import Block
from mydata_ledger.ledger.errors import IntegrityFailure, LedgerError, MalformedInput, PayloadMissing, SourceUnavailable

__all__ = ["CAR_TYPE", "RAW_TYPE", "GatewayReply", "GatewayRequest", "refuse", "respond"]

FOREVER = "public, max-age=29030400, immutable"
METHODS = "GET, HEAD, OPTIONS"
CORS_HEADERS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": "Accept, Cache-Control, Content-Type, If-None-Match, Range, User-Agent, "
    "X-Requested-With",
    "access-control-expose-headers": "Content-Length, Content-Range, Etag, Ipfs-Uri, X-Chunked-Output, "
    "X-Ipfs-Path, X-Ipfs-Roots, X-Stream-Output",
}
"""Pages of any origin may read: the content is public to everybody who knows its CID, and no session is used."""
MAX_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class GatewayReply:
    """A response. Its body may raise a LedgerError while it is read; the server must then abort the response."""

    status: int
    headers: dict[str, str]
    body: Iterator[bytes]


def respond(get: Get, request: GatewayRequest, denied: Callable[[Cid], bool] = lambda _: False) -> GatewayReply:
    """Answer a request; never raises. `denied` returns True for a CID that the operator refuses to serve."""
    try:
        reply = _answer(get, request, denied)
    except GatewayRefusal as refused:
        return refuse(request, refused)
    except LedgerError as error:
        return refuse(request, GatewayRefusal(_status(error, request), str(error)))
    return _with_cors(request, reply)


def refuse(request: GatewayRequest, refused: GatewayRefusal) -> GatewayReply:
    """Return an error response with the reason as plain text."""
    return _with_cors(request, _plain_text(refused.status, str(refused)))


def _with_cors(request: GatewayRequest, reply: GatewayReply) -> GatewayReply:
    body = iter(()) if request.method == "HEAD" else reply.body
    return GatewayReply(reply.status, reply.headers | CORS_HEADERS, body)


def _answer(get: Get, request: GatewayRequest, denied: Callable[[Cid], bool]) -> GatewayReply:
    if request.method == "OPTIONS":
        return GatewayReply(200, {"allow": METHODS, "content-length": "0"}, iter(()))
    if request.method not in {"GET", "HEAD"}:
        raise GatewayRefusal(405, "only GET and HEAD are served")
    if request.headers.get("service-worker") == "script":
        raise GatewayRefusal(400, "no service worker is served from here")
    if not request.path or len(request.path) > MAX_SEGMENTS:
        raise GatewayRefusal(400, "ask for /ipfs/{cid}, or for a path below one")
    form = negotiate(request.query, request.headers.get("accept"))
    root, *path = request.path
    cid = Cid.parse_any(root)
    if path and not form.is_car:
        raise GatewayRefusal(406, "a block is asked for by its own CID, without a path; ask for a path as a CAR")
    selection = BlockSelection.read(request.query) if form.is_car else BlockSelection()
    resolved = pathing.resolve(get, cid, path)
    if any(denied(crossed) for crossed in resolved.crossed):
        raise GatewayRefusal(410, "the operator of this gateway refuses to serve that CID")
    return _car(get, request, form, resolved, selection) if form.is_car else _block(get, request, form, cid)


def _block(get: Get, request: GatewayRequest, form: ResponseFormat, cid: Cid) -> GatewayReply:
    block = reading.block_of(get, cid)
    headers = {**_common_headers(request, form, [cid]), "etag": f'"{cid}.raw"', "accept-ranges": "bytes"}
    if _is_cached(request, headers["etag"]):
        return _not_modified(headers)
    headers |= _content_headers(request, form, cid)
    requested = (
        ranges.requested_ranges(request.headers, len(block), headers["etag"]) if request.method == "GET" else None
    )
    if requested is None:
        return GatewayReply(200, headers | {"content-length": str(len(block))}, iter((block,)))
    return _partial(block, requested, headers)


def _partial(block: bytes, requested: list[ranges.Range], headers: dict[str, str]) -> GatewayReply:
    if not requested:
        fields = {"content-range": f"bytes */{len(block)}", "content-length": "0", "cache-control": "no-store"}
        return GatewayReply(416, fields, iter(()))
    if len(requested) == 1:
        (bounds,) = requested
        body = block[slice(*bounds)]
        headers |= {"content-range": ranges.content_range(bounds, len(block))}
    else:
        headers["content-type"], body = ranges.multipart(block, requested, headers["content-type"])
    return GatewayReply(206, headers | {"content-length": str(len(body))}, iter((body,)))


def _car(
    get: Get, request: GatewayRequest, form: ResponseFormat, resolved: ResolvedPath, selection: BlockSelection
) -> GatewayReply:
    blocks = selected(get, resolved, selection, duplicates=form.duplicates)
    first = next(blocks, None)
    identity = f"{selection}|{form.duplicates}|{resolved.crossed}".encode()
    etag = f'W/"{resolved.end}.car.{selection.scope}.{sha256(identity).hexdigest()[:16]}"'
    headers = {**_common_headers(request, form, resolved.roots), "etag": etag, "accept-ranges": "none"}
    if _is_cached(request, etag):
        return _not_modified(headers)
    headers |= _content_headers(request, form, resolved.end)
    return GatewayReply(200, headers, car.write([resolved.end], _chained(first, blocks)))


def _chained(first: Block | None, rest: Iterator[Block]) -> Iterator[Block]:
    if first is not None:
        yield first
        yield from rest


def _common_headers(request: GatewayRequest, form: ResponseFormat, roots: Sequence[Cid]) -> dict[str, str]:
    """Return the headers of a 200, which a 304 has too."""
    headers = {
        "cache-control": FOREVER,
        "vary": "Accept",
        "ipfs-uri": request.uri(roots[0]),
        "x-ipfs-roots": ",".join(map(str, roots)),
    }
    if request.header_path is not None:
        headers["x-ipfs-path"] = request.header_path
    if not form.explicit:
        query = {**request.query, "format": form.format}
        if form.duplicates:
            query["car-dups"] = "y"
        headers["content-location"] = f"{request.encoded_path}?{urlencode(query)}"
    return headers


def _content_headers(request: GatewayRequest, form: ResponseFormat, cid: Cid) -> dict[str, str]:
    name = request.query.get("filename") or f"{cid}.{'car' if form.is_car else 'bin'}"
    ascii_name = "".join(letter if " " <= letter <= "~" and letter not in '"\\' else "_" for letter in name)
    extended = "" if ascii_name == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        "content-type": form.content_type,
        "content-disposition": f'attachment; filename="{ascii_name}"{extended}',
        "x-content-type-options": "nosniff",
    }


def _is_cached(request: GatewayRequest, etag: str) -> bool:
    """Return True if If-None-Match names the ETag, by weak comparison (RFC 9110 §13.1.2)."""
    tags = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    return "*" in tags or etag.removeprefix("W/") in [tag.removeprefix("W/") for tag in tags]


def _not_modified(headers: dict[str, str]) -> GatewayReply:
    return GatewayReply(304, headers, iter(()))


def _status(error: LedgerError, request: GatewayRequest) -> int:
    match error:
        case MalformedInput():
            return 400
        case PayloadMissing():
            return 412 if "only-if-cached" in request.headers.get("cache-control", "") else 404
        case SourceUnavailable():
            return 503
        case IntegrityFailure():
            return 500
        case _:
            return 500


def _plain_text(status: int, sentence: str) -> GatewayReply:
    text = sentence.encode() + b"\n"
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(text)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    if status == 405:
        headers["allow"] = METHODS
    if status == 503:
        headers["retry-after"] = "5"
    return GatewayReply(status, headers, iter((text,)))
