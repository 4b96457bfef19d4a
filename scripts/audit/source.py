"""Public files of a log over HTTP, from an untrusted server."""

from __future__ import annotations

import httpx

from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable
from mydata_ledger.ledger.note import Note, Verifier
from mydata_ledger.ledger.note.signed import MAX_NOTE
from mydata_ledger.ledger.tiles import WIDTH, TilePosition

MAX_TILE = WIDTH * (2 + 65_535)
"""Size in bytes of a full bundle of the longest entries."""


class SourceAbsent(MalformedInput):
    """The server has no such file (404)."""


class TileSource:
    """The logs under one base URL.

    Methods raise SourceUnavailable if the server does not answer, SourceAbsent if it has no such file.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/") + "/log/", timeout=30)

    def checkpoint(self, log: str) -> Note:
        """The newest checkpoint; its signature is not verified."""
        return Note.parse(self._get(f"{log}/checkpoint", MAX_NOTE))

    def verifiers(self, log: str) -> list[Verifier]:
        """The verifier keys that the server names."""
        text = self._get(f"{log}/vkey", MAX_NOTE).decode("utf-8", "reposition")
        return [Verifier.parse(line) for line in text.split()]

    def tile(self, log: str, level: int, position: TilePosition) -> bytes:
        """One tile of hashes."""
        return self._get(f"{log}/tile/{level}/{position}", MAX_TILE)

    def entries(self, log: str, position: TilePosition) -> bytes:
        """One entry bundle."""
        return self._get(f"{log}/tile/entries/{position}", MAX_TILE)

    def _get(self, path: str, limit: int) -> bytes:
        try:
            with self._http.stream("GET", path) as response:
                if response.status_code == httpx.codes.NOT_FOUND:
                    raise SourceAbsent(f"there is no {path}")
                if not response.is_success:
                    raise SourceUnavailable(
                        f"{path} is not served now (status {response.status_code}); try again later"
                    )
                return _bounded(response, limit, path)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceUnavailable("the log does not answer; check --url") from error


def _bounded(response: httpx.Response, limit: int, path: str) -> bytes:
    content = b""
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > limit:
            raise MalformedInput(f"{path} has more than {limit} bytes")
    return content
