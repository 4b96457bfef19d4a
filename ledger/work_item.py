"""Work items: mutable data beside the logs, such as requests, wishes, messages, links and reviews."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ID_SIZE, TIME, TICKS = 32, 8, 6


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One work item of a kind.

    `person` is the data subject (signer bytes, empty for nobody), `party` the other side (an EIP-55 address or empty).
    `state` is a state of that kind, `due` the UTC second at which it must be processed (0 = never); of a request or a
    message, which nothing processes, the second of its last change. `body` is any JSON value. `version` counts its
    changes from 1.
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
    """32 bytes that nobody can guess. Ids sort by the second of their creation, and within one process by the order of
    creation. They do not tell how many others were made between two of them.
    """
    ticks = time.monotonic_ns() % (1 << 8 * TICKS)
    return now.to_bytes(TIME, "big") + ticks.to_bytes(TICKS, "big") + secrets.token_bytes(ID_SIZE - TIME - TICKS)
