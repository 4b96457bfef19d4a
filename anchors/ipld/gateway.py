"""An IPFS trustless gateway, as specs.ipfs.tech says, over whoever keeps the blocks; no HTTP here.

Blocks and CAR files only: the one who asks can check every byte, so nobody needs to trust who serves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from anchors.ipld import car, reading
from anchors.ipld.cid import Cid
from anchors.ipld.reading import Get
from anchors.ipld.selecting import Query, selected
from ledger.errors import IntegrityFailure, LedgerError, MalformedInput, PayloadMissing, SourceUnavailable

RAW_TYPE, CAR_TYPE = "application/vnd.ipld.raw", "application/vnd.ipld.car"
CAR_FULL_TYPE = f"{CAR_TYPE}; version=1; order=dfs; dups=n"
NOTHING = "bafkqaaa"
"""The CID of no bytes, which holds itself: how clients probe for a gateway."""
FOREVER = "public, max-age=29030400, immutable"


@dataclass(frozen=True, slots=True)
class Question:
    """One request: method, the path below /ipfs/, query and headers (names in lower case)."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer; the body may raise a LedgerError while it is read, and must then break off."""

    status: int
    headers: dict[str, str]
    body: Iterator[bytes]


class _Refused(Exception):
    """An answer that is no content: status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def respond(get: Get, question: Question) -> Reply:
    """The reply to any question; never raises."""
    try:
        reply = _answer(get, question)
    except _Refused as refused:
        reply = _say(refused.status, str(refused))
    except LedgerError as error:
        reply = _say(_status(error, question), str(error))
    return Reply(reply.status, reply.headers, iter(())) if question.method == "HEAD" else reply


def _answer(get: Get, question: Question) -> Reply:
    if question.method not in {"GET", "HEAD"}:
        raise _Refused(405, "only GET and HEAD are served")
    root, *path = question.path.strip("/").split("/")
    kind = _kind(question)
    if root == NOTHING and not path and kind == RAW_TYPE:
        return _reply(question, f'"{NOTHING}.raw"', {"content-type": RAW_TYPE, "content-length": "0"}, lambda: iter(()))
    way = reading.resolve(get, Cid.parse(root), [part for part in path if part])
    return _block(get, question, way[-1]) if kind == RAW_TYPE else _car(get, question, way)


def _block(get: Get, question: Question, cid: Cid) -> Reply:
    block = get(cid)
    headers = {"content-type": RAW_TYPE, "content-length": str(len(block)), **_named(f"{cid}.bin")}
    return _reply(question, f'"{cid}.raw"', headers, lambda: iter((block,)))


def _car(get: Get, question: Question, way: list[Cid]) -> Reply:
    wanted = Query.read(question.query)
    blocks = selected(get, way, wanted)
    first = next(blocks)
    said = f"{wanted}|{way}".encode()
    etag = f'W/"{way[-1]}.car.{sha256(said).hexdigest()[:16]}"'
    headers = {"content-type": CAR_FULL_TYPE, **_named(f"{way[-1]}.car")}

    def body() -> Iterator[bytes]:
        yield from car.write([way[-1]], _again(first, blocks))

    return _reply(question, etag, headers, body)


def _again(first: tuple[Cid, bytes], rest: Iterator[tuple[Cid, bytes]]) -> Iterator[tuple[Cid, bytes]]:
    yield first
    yield from rest


def _reply(question: Question, etag: str, headers: dict[str, str], body: Callable[[], Iterator[bytes]]) -> Reply:
    lasting = {"etag": etag, "cache-control": FOREVER, "vary": "accept", "x-ipfs-path": f"/ipfs/{question.path}"}
    known = [given.strip() for given in question.headers.get("if-none-match", "").split(",")]
    if "*" in known or etag.removeprefix("W/") in [given.removeprefix("W/") for given in known]:
        return Reply(304, lasting, iter(()))
    return Reply(200, {**lasting, **headers, "accept-ranges": "none", "x-content-type-options": "nosniff"}, body())


def _kind(question: Question) -> str:
    """The media type asked for: by `format`, else by Accept."""
    given = question.query.get("format")
    if given is not None:
        if given not in {"raw", "car"}:
            raise _Refused(400, "`format` is raw or car")
        return RAW_TYPE if given == "raw" else CAR_TYPE
    for part in question.headers.get("accept", "").split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if kind in {RAW_TYPE, CAR_TYPE}:
            if any(p.startswith("version=") and p != "version=1" for p in parameters):
                raise _Refused(406, "CAR files come in version 1")
            return kind
    raise _Refused(406, f"this gateway serves {RAW_TYPE} and {CAR_TYPE}; say which by Accept or `format`")


def _status(error: LedgerError, question: Question) -> int:
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


def _say(status: int, sentence: str) -> Reply:
    text = sentence.encode() + b"\n"
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(text)),
        "cache-control": "no-store",
    }
    return Reply(status, headers, iter((text,)))


def _named(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
