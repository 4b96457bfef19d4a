"""The public side of a log, over HTTP: whoever serves these files may be anybody."""

from __future__ import annotations

import httpx

from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable
from mydata_ledger.ledger.note import Note, Verifier
from mydata_ledger.ledger.note.signed import MAX_NOTE
from mydata_ledger.ledger.tiles import WIDTH, TilePosition

MAX_TILE = WIDTH * (2 + 65_535)
"""A full bundle of the longest entries."""


class SourceAbsent(MalformedInput):
    """The server says that there is no such file."""


class TileSource:
    """The logs under one base URL. Raises SourceUnavailable when nobody answers, Absent for what is not there."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/") + "/log/", timeout=30)

    def checkpoint(self, log: str) -> Note:
        """The newest checkpoint, not verified."""
        return Note.parse(self._get(f"{log}/checkpoint", MAX_NOTE))

    def verifiers(self, log: str) -> list[Verifier]:
        """The verifier keys the server names."""
        text = self._get(f"{log}/vkey", MAX_NOTE).decode("utf-8", "replace")
        return [Verifier.parse(line) for line in text.split()]

    def tile(self, log: str, level: int, place: TilePosition) -> bytes:
        """A tile."""
        return self._get(f"{log}/tile/{level}/{place}", MAX_TILE)

    def entries(self, log: str, place: TilePosition) -> bytes:
        """An entry bundle."""
        return self._get(f"{log}/tile/entries/{place}", MAX_TILE)

    def _get(self, path: str, limit: int) -> bytes:
        try:
            with self._http.stream("GET", path) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    raise SourceAbsent(f"there is no {path}")
                if not answer.is_success:
                    raise SourceUnavailable(f"{path} is not served now (status {answer.status_code}); try again later")
                return _bounded(answer, limit, path)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceUnavailable("the log does not answer; check --url") from error


def _bounded(answer: httpx.Response, limit: int, path: str) -> bytes:
    found = b""
    for chunk in answer.iter_bytes():
        found += chunk
        if len(found) > limit:
            raise MalformedInput(f"{path} has more than {limit} bytes")
    return found
