"""What a ledger tells everybody: marks of revocation and parties that it knows, and since when its rule holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from mydata_ledger.ledger.errors import MalformedInput, SourceUnavailable
from mydata_ledger.ledger.party import Party
from mydata_ledger.ledger.typed_data import read_hex

PAGE = 10_000
"""Marks of one request."""
SHAPE = "what answers at --url does not list marks, parties and terms as a ledger of this release does"


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What a ledger knows up to block `block`: keys of marks, and the parties of the registry at `registry`.

    `emergency_since` is the UTC second from which emergency access has its scope.
    """

    block: int
    marks: frozenset[bytes]
    registry: str
    parties: dict[str, Party]
    emergency_since: int = 0


def read_state(url: str) -> LedgerState:
    """Read what a ledger knows. Raises SourceUnavailable, MalformedInput."""
    with httpx.Client(base_url=url.rstrip("/"), timeout=30) as http:
        try:
            pages = list(_pages(http))
            parties = [_party(raw) for raw in _get(http, "/parties")]
            marks = frozenset(read_hex(key, "marks", 32) for page in pages for key in page["marks"])
            since = int(_get(http, "/vocabulary")["emergency"]["since"])
            block, registry = int(pages[0]["block"]), pages[0]["parties"]
            return LedgerState(block, marks, registry, {p.account: p for p in parties}, since)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MalformedInput(SHAPE) from error


def _pages(http: httpx.Client) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        page = _get(http, "/log/consents/marks", after=after, limit=PAGE)
        yield page
        following = page["next"]
        if following is not None and following <= after:
            raise MalformedInput(SHAPE)
        after = following


def _get(http: httpx.Client, path: str, **params: Any) -> Any:
    try:
        response = http.get(path, params=params)
        response.raise_for_status()
        return response.json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceUnavailable(f"the ledger does not answer {path}; check --url") from error


def _party(raw: dict[str, Any]) -> Party:
    key = read_hex(raw["encryption_key"], "encryption_key")
    window = (int(raw["valid_from"]), int(raw["valid_until"]))
    return Party(raw["account"], raw["name"], frozenset(raw["roles"]), key, *window)
