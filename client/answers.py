"""Results of API calls: an error response, and an opened record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class RequestRefused(Exception):
    """The API refused a request: HTTP `status`, error `code` and `detail`."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.status, self.code, self.detail = status, code, detail


@dataclass(frozen=True, slots=True)
class OpenedRelease:
    """A release, opened and verified against its commitment.

    It has the content bytes, the media type, the 32-byte seed of the commitment, the position and block of the receipt,
    and the issue.
    """

    content: bytes
    media_type: str
    seed: bytes
    position: int
    block: int
    issue: dict[str, Any]
