"""Papers: what is being worked on beside the logs and may change: requests, wishes, messages, links, reviews."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

ID_SIZE = 32
_MADE = count()


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One paper of a kind.

    `person` is whom it is about (signer bytes, empty for nobody), `party` the other side (an EIP-55 address or empty),
    `state` a word of the kind's own life, `due` the UTC second at which somebody must look at it (0 = never), `body`
    anything JSON can say. `version` counts its changes from 1.
    """

    kind: str
    id: bytes
    person: bytes = b""
    party: str = ""
    state: str = ""
    due: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0


def new_id(now: int) -> bytes:
    """32 bytes that nobody can guess and that sort by the second, and in one process by the order, of their making."""
    return now.to_bytes(8, "big") + (next(_MADE) % 2**32).to_bytes(4, "big") + secrets.token_bytes(ID_SIZE - 12)
