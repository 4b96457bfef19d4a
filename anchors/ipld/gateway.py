"""An IPFS trustless gateway, as specs.ipfs.tech says, over whoever keeps the blocks; no HTTP server here.

Blocks and CAR files only: the one who asks can check every byte, so nobody needs to trust who serves. Names (IPNS,
DNSLink) are not resolved, and nothing is fetched for anybody: what is not kept is 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
ANYONE = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": "Accept, Cache-Control, Content-Type, If-None-Match, Range, User-Agent, "
    "X-Requested-With",
    "access-control-expose-headers": "Content-Length, Content-Range, Etag, Ipfs-Uri, X-Chunked-Output, "
    "X-Ipfs-Path, X-Ipfs-Roots, X-Stream-Output",
}
"""Pages of any origin may read: the content is public to whoever knows its CID, and no session is looked at."""
MAX_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class GatewayReply:
    """What to answer; the body may raise a LedgerError while it is read, and must then break off."""

    status: int
    headers: dict[str, str]
    body: Iterator[bytes]


def respond(get: Get, question: GatewayRequest, denied: Callable[[Cid], bool] = lambda _: False) -> GatewayReply:
    """The reply to any question; never raises. `denied` names what the operator refuses to serve."""
    try:
        reply = _answer(get, question, denied)
    except GatewayRefusal as refused:
        return refuse(question, refused)
    except LedgerError as error:
        return refuse(question, GatewayRefusal(_status(error, question), str(error)))
    return _to_anyone(question, reply)


def refuse(question: GatewayRequest, refused: GatewayRefusal) -> GatewayReply:
    """The reply that says no, for a reason in plain text."""
    return _to_anyone(question, _say(refused.status, str(refused)))


def _to_anyone(question: GatewayRequest, reply: GatewayReply) -> GatewayReply:
    return GatewayReply(reply.status, reply.headers | ANYONE, iter(()) if question.method == "HEAD" else reply.body)


def _answer(get: Get, question: GatewayRequest, denied: Callable[[Cid], bool]) -> GatewayReply:
    if question.method == "OPTIONS":
        return GatewayReply(200, {"allow": METHODS, "content-length": "0"}, iter(()))
    if question.method not in {"GET", "HEAD"}:
        raise GatewayRefusal(405, "only GET and HEAD are served")
    if question.headers.get("service-worker") == "script":
        raise GatewayRefusal(400, "no service worker is served from here")
    if not question.path or len(question.path) > MAX_SEGMENTS:
        raise GatewayRefusal(400, "ask for /ipfs/{cid}, or for a path below one")
    form = negotiate(question.query, question.headers.get("accept"))
    root, *path = question.path
    cid = Cid.parse_any(root)
    if path and not form.is_car:
        raise GatewayRefusal(406, "a block is asked for by its own CID, without a path; ask for a path as a CAR")
    wanted = BlockSelection.read(question.query) if form.is_car else BlockSelection()
    way = pathing.resolve(get, cid, path)
    if any(denied(crossed) for crossed in way.crossed):
        raise GatewayRefusal(410, "the operator of this gateway refuses to serve that CID")
    return _car(get, question, form, way, wanted) if form.is_car else _block(get, question, form, cid)


def _block(get: Get, question: GatewayRequest, form: ResponseFormat, cid: Cid) -> GatewayReply:
    block = reading.block_of(get, cid)
    headers = {**_common(question, form, [cid]), "etag": f'"{cid}.raw"', "accept-ranges": "bytes"}
    if _known(question, headers["etag"]):
        return _not_modified(headers)
    headers |= _described(question, form, cid)
    cut = ranges.asked(question.headers, len(block), headers["etag"]) if question.method == "GET" else None
    if cut is None:
        return GatewayReply(200, headers | {"content-length": str(len(block))}, iter((block,)))
    return _cut(block, cut, headers)


def _cut(block: bytes, cut: list[ranges.Range], headers: dict[str, str]) -> GatewayReply:
    if not cut:
        said = {"content-range": f"bytes */{len(block)}", "content-length": "0", "cache-control": "no-store"}
        return GatewayReply(416, said, iter(()))
    if len(cut) == 1:
        (one,) = cut
        body = block[slice(*one)]
        headers |= {"content-range": ranges.content_range(one, len(block))}
    else:
        headers["content-type"], body = ranges.multipart(block, cut, headers["content-type"])
    return GatewayReply(206, headers | {"content-length": str(len(body))}, iter((body,)))


def _car(
    get: Get, question: GatewayRequest, form: ResponseFormat, way: ResolvedPath, wanted: BlockSelection
) -> GatewayReply:
    blocks = selected(get, way, wanted, again=form.duplicates)
    first = next(blocks, None)
    said = f"{wanted}|{form.duplicates}|{way.crossed}".encode()
    etag = f'W/"{way.end}.car.{wanted.scope}.{sha256(said).hexdigest()[:16]}"'
    headers = {**_common(question, form, way.roots), "etag": etag, "accept-ranges": "none"}
    if _known(question, etag):
        return _not_modified(headers)
    return GatewayReply(200, headers | _described(question, form, way.end), car.write([way.end], _again(first, blocks)))


def _again(first: Block | None, rest: Iterator[Block]) -> Iterator[Block]:
    if first is not None:
        yield first
        yield from rest


def _common(question: GatewayRequest, form: ResponseFormat, roots: list[Cid] | tuple[Cid, ...]) -> dict[str, str]:
    """What a 304 says too."""
    found = {
        "cache-control": FOREVER,
        "vary": "Accept",
        "ipfs-uri": question.uri(roots[0]),
        "x-ipfs-roots": ",".join(map(str, roots)),
    }
    if question.legacy is not None:
        found["x-ipfs-path"] = question.legacy
    if not form.explicit:
        query = {**question.query, "format": form.format}
        if form.duplicates:
            query["car-dups"] = "y"
        found["content-location"] = f"{question.shown}?{urlencode(query)}"
    return found


def _described(question: GatewayRequest, form: ResponseFormat, cid: Cid) -> dict[str, str]:
    name = question.query.get("filename") or f"{cid}.{'car' if form.is_car else 'bin'}"
    plain = "".join(one if " " <= one <= "~" and one not in '"\\' else "_" for one in name)
    more = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        "content-type": form.content_type,
        "content-disposition": f'attachment; filename="{plain}"{more}',
        "x-content-type-options": "nosniff",
    }


def _known(question: GatewayRequest, etag: str) -> bool:
    """Whether If-None-Match names the tag, compared weakly (RFC 9110 §13.1.2)."""
    given = [one.strip() for one in question.headers.get("if-none-match", "").split(",")]
    return "*" in given or etag.removeprefix("W/") in [one.removeprefix("W/") for one in given]


def _not_modified(headers: dict[str, str]) -> GatewayReply:
    return GatewayReply(304, headers, iter(()))


def _status(error: LedgerError, question: GatewayRequest) -> int:
    match error:
        case MalformedInput():
            return 400
        case PayloadMissing():
            return 412 if "only-if-cached" in question.headers.get("cache-control", "") else 404
        case SourceUnavailable():
            return 503
        case IntegrityFailure():
            return 500
        case _:
            return 500


def _say(status: int, sentence: str) -> GatewayReply:
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
