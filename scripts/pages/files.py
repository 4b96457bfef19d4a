"""Files of the pages as responses: compressed once, with an ETag for each form, and with the headers of pages.

Starlette's GZipMiddleware compresses at each request and gives both forms one ETag (RFC 9110 §8.8.3.3 wants two). API
answers are never compressed: the length of a compressed answer tells about secrets in it.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from mydata_ledger.scripts.pages.policies import PAGE_HEADERS, PORTAL_POLICY

TEXTS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
"""Media types of the files that are compressed, by suffix."""
CHECK_FIRST, FOR_EVER = "no-cache", "public, max-age=31536000, immutable"
NONE: Mapping[str, str] = MappingProxyType({})
SHORTEST = 400
"""Bytes below which compression gains nothing."""
LEAST_DIGITS = 16
"""Hex digits of a content hash in a file name, at least."""


@dataclass(frozen=True, slots=True)
class PageBody:
    """Content of a text file, its compressed form, and the SHA-256 of the content in hex."""

    plain: bytes
    compressed: bytes
    digest: str

    @classmethod
    def of(cls, content: bytes) -> PageBody:
        """The body with this content."""
        return cls(content, gzip.compress(content, 9, mtime=0), sha256(content).hexdigest())


@lru_cache(maxsize=1_024)
def _read(path: Path, _changed: int) -> PageBody:
    return PageBody.of(path.read_bytes())


def read_body(path: Path) -> PageBody:
    """The content of a file; it is read and compressed again only after a change."""
    return _read(path, path.stat().st_mtime_ns)


def text_response(
    request_headers: Headers, name: str, body: PageBody, policy: str = PORTAL_POLICY, headers: Mapping[str, str] = NONE
) -> Response:
    """The response to a GET request (with these headers) for a text; status 304 if the browser has it already."""
    zipped = len(body.plain) >= SHORTEST and _takes_gzip(request_headers.get("accept-encoding", ""))
    etag = f'"{body.digest[:32]}{"-gzip" if zipped else ""}"'
    vary = ", ".join(filter(None, (headers.get("vary"), "accept-encoding")))
    named = {**page_headers(name, body.digest, policy), **headers, "etag": etag, "vary": vary}
    if etag in _etags(request_headers.get("if-none-match", "")):
        return Response(status_code=304, headers=named)
    named |= {"content-encoding": "gzip"} if zipped else {}
    return Response(body.compressed if zipped else body.plain, 200, named, TEXTS[Path(name).suffix])


def page_headers(name: str, digest: str, policy: str) -> dict[str, str]:
    """Headers of a file. A browser keeps it for ever only if its name has its content hash: `NAME.HASH.js`, where HASH
    is the beginning of the SHA-256 (`digest`) in hex, of 16 digits or more.
    """
    hashed = Path(Path(name).stem).suffix.removeprefix(".")
    is_hashed = len(hashed) >= LEAST_DIGITS and digest.startswith(hashed)
    caching = {"cache-control": FOR_EVER if is_hashed else CHECK_FIRST}
    return {**PAGE_HEADERS, "content-security-policy": policy, **caching}


def _takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header names gzip with a weight above 0 (RFC 9110 §12.5.3)."""
    codings = (part.replace(" ", "").partition(";q=") for part in header.lower().split(","))
    return any(name == "gzip" and (not weight or weight.strip("0.") != "") for name, _, weight in codings)


def _etags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


class PageFiles(StaticFiles):
    """A folder of static files, each with the headers of pages; a page opened by its file name has them too."""

    def __init__(self, directory: Path, *, html: bool = False, policy: str = PORTAL_POLICY) -> None:
        super().__init__(directory=directory, html=html)
        self._policy = policy

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The response with one file."""
        path = Path(full_path)
        if path.suffix in TEXTS:
            return text_response(Headers(scope=scope), path.name, read_body(path), self._policy)
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(page_headers(path.name, "", self._policy))
        return response


def file_response(request_headers: Headers, path: Path, policy: str = PORTAL_POLICY, **headers: str) -> Response:
    """The response with a file that has an address of its own."""
    if path.suffix in TEXTS:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return text_response(request_headers, path.name, read_body(path), policy, named)
    return FileResponse(path, headers=page_headers(path.name, "", policy))
