"""What an API answers: a refusal, or a record opened and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class RequestRefused(Exception):
    """The door said no: `code` and `detail` as it gave them, `status` of HTTP."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.status, self.code, self.detail = status, code, detail


@dataclass(frozen=True, slots=True)
class OpenedRelease:
    """A release, opened and checked against its commitment: content bytes, media type, the commitment's 32-byte seed,
    receipt position, block.
    """

    content: bytes
    media_type: str
    seed: bytes
    position: int
    block: int
    issue: dict[str, Any]
