"""Receiving a SMART Health Link (HL7 SMART Health Cards and Links 1.0): its manifest, and every file of it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from mydata_ledger.client import RequestRefused
from mydata_ledger.ledger.envelope.jose import open_jwe
from mydata_ledger.ledger.errors import InvalidStatement, LedgerError, MalformedInput, SourceUnavailable
from mydata_ledger.scripts.reach import Reach
from mydata_ledger.services.health.formats.shlink import Payload

MAX_BYTES, MAX_FILES, MAX_REDIRECTS = 64 * 1024 * 1024, 100, 5
KEEPS_METHOD, GONE = {307, 308}, {404, 410}


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file of a link: its media type and content, or the reason why it was not received."""

    content_type: str
    content: bytes = b""
    reason: str = ""


def receive(payload: Payload, recipient: str, passcode: str) -> list[ReceivedFile]:
    """Fetch and open every file of a link. A file that fails does not stop the others.

    Raises InvalidStatement for a link that has ended or needs a passcode, MalformedInput, RequestRefused,
    SourceUnavailable.
    """
    if payload.expires and payload.expires <= time.time():
        ended = datetime.fromtimestamp(payload.expires, UTC).strftime("%Y-%m-%d %H:%M UTC")
        raise InvalidStatement(f"the link ended at {ended}; ask for a new one")
    if "P" in payload.flag and not passcode:
        raise InvalidStatement("the link asks for a passcode; give it with --passcode")
    with httpx.Client(timeout=60) as http:
        server = _LinkServer(http, Reach.of(payload.url))
        if "U" in payload.flag:
            sealed = server.get(str(httpx.URL(payload.url).copy_merge_params({"recipient": recipient})))
            return [_opened(sealed, payload.key, "")]
        body = {"recipient": recipient} | ({"passcode": passcode} if passcode else {})
        return [server.file(one, payload.key) for one in _files(server.manifest(payload.url, body))]


class _LinkServer:
    """Requests to the server of a link, and to where it sends us."""

    def __init__(self, http: httpx.Client, reach: Reach) -> None:
        self._http, self._reach = http, reach

    def manifest(self, url: str, body: Mapping[str, str]) -> Any:
        """The manifest. A passcode in the body goes to no other server."""
        try:
            return json.loads(self._request("POST", url, body))
        except (ValueError, RecursionError) as error:
            raise MalformedInput("the server of the link answers with no manifest; is the link complete?") from error

    def get(self, url: str) -> bytes:
        """A file."""
        return self._request("GET", url)

    def file(self, entry: Any, key: bytes) -> ReceivedFile:
        """A file of a manifest, opened, or with the reason why it is not."""
        members = entry if isinstance(entry, dict) else {}
        kind, embedded, location = (members.get(name) for name in ("contentType", "embedded", "location"))
        kind = kind if isinstance(kind, str) else ""
        try:
            if isinstance(embedded, str):
                return _opened(embedded.encode(), key, kind)
            if isinstance(location, str):
                return _opened(self.get(location), key, kind)
        except (LedgerError, RequestRefused) as error:
            return ReceivedFile(kind, reason=str(error))
        return ReceivedFile(kind, reason="the manifest gives neither the file nor its address")

    def _request(self, method: str, url: str, body: Mapping[str, str] | None = None) -> bytes:
        """The body of the response to a request. Redirects are followed within the rules of `Reach`."""
        for _ in range(MAX_REDIRECTS + 1):
            self._reach.check(url)
            response = self._response(method, url, body)
            if not response.has_redirect_location:
                return _content(response)
            target = _joined(url, response.headers["location"])
            self._reach.check(target)
            if method == "POST" and not (response.status_code in KEEPS_METHOD and _same_server(url, target)):
                raise InvalidStatement("the server of the link sends the request elsewhere; ask for a new link")
            url = target
        raise SourceUnavailable(f"the server of the link redirects more than {MAX_REDIRECTS} times; ask for a new link")

    def _response(self, method: str, url: str, body: Mapping[str, str] | None) -> httpx.Response:
        """A response, read up to the bound of a file."""
        try:
            with self._http.stream(method, url, json=body) as response:
                content = bytearray()
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > MAX_BYTES:
                        raise MalformedInput(f"the file has more than {MAX_BYTES} bytes")
                return httpx.Response(
                    response.status_code,
                    headers=_plain(response.headers),
                    content=bytes(content),
                    request=response.request,
                )
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise SourceUnavailable("the server of the link does not answer; is the link complete?") from error


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Headers without the ones that describe a body as it was sent."""
    return {name: headers[name] for name in ("location", "content-type") if name in headers}


def _content(response: httpx.Response) -> bytes:
    """The body of a success. Raises RequestRefused."""
    if response.is_success:
        return response.content
    try:
        remaining = response.json().get("remainingAttempts")
    except (ValueError, AttributeError):
        remaining = None
    if isinstance(remaining, int):
        raise RequestRefused(
            response.status_code, "link", f"the passcode is wrong or missing; {remaining} tries remain"
        )
    reason = "the link has ended or is not complete" if response.status_code in GONE else "the link cannot be opened"
    raise RequestRefused(response.status_code, "link", f"{reason}; its server answers {response.status_code}")


def _files(manifest: Any) -> list[Any]:
    members = manifest if isinstance(manifest, dict) else {}
    files = members.get("files")
    if members.get("status") == "no-longer-valid":
        raise InvalidStatement("the link is no longer valid; ask for a new one")
    if not isinstance(files, list) or not files:
        raise MalformedInput("the manifest names no file")
    if len(files) > MAX_FILES:
        raise MalformedInput(f"the manifest names more than {MAX_FILES} files")
    return files


def _opened(sealed: bytes, key: bytes, kind: str) -> ReceivedFile:
    """A file, opened under the key of the link. Raises IntegrityFailure."""
    content, inner_kind = open_jwe(sealed.decode("ascii", "replace").strip(), key)
    return ReceivedFile(inner_kind or kind, content)


def _joined(url: str, location: str) -> str:
    """The address of a redirect. Raises MalformedInput."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise MalformedInput("the server of the link redirects to what is no URL; ask for a new link") from error


def _same_server(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.port) == (second.scheme, second.hostname, second.port)
