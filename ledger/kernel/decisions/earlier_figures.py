"""Figures that were stored before the cells of a table shared one set: 16 bytes a person. They still count."""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Iterator, Mapping
from hashlib import sha256

from mydata_ledger.ledger.kernel.work_items import FIGURE
from mydata_ledger.ledger.kernel.world import World

PREFIX, NUMBER, SHORT = 16, 16, 8


class EarlierFigures:
    """The groups of figures that one requester received under the name of the figure."""

    def __init__(self, world: World, key: bytes, requester: str) -> None:
        self._world, self._key, self._requester = world, key, requester

    def distances(self, name: str, parts: Mapping[bytes, bytes]) -> Iterator[tuple[int, int]]:
        """For each earlier group by how many people it differs from this one, in its larger one-sided difference, and
        the smallest group that the earlier figure might be about.
        """
        prefix = hmac.digest(self._key, f"{self._requester}\n{name}".encode(), sha256)[:PREFIX]
        group: set[bytes] | None = None
        number = 0
        while item := self._world.work_items.item(FIGURE, prefix + number.to_bytes(NUMBER, "big")):
            group = self._group(prefix, parts) if group is None else group
            raw = b64decode(item.body["group"])
            earlier = {raw[start : start + 2 * SHORT] for start in range(0, len(raw), 2 * SHORT)}
            yield max(len(earlier - group), len(group - earlier)), int(item.body["least"])
            number += 1

    def _group(self, prefix: bytes, parts: Mapping[bytes, bytes]) -> set[bytes]:
        return {self._short(b"who", prefix + person) + self._short(b"what", part) for person, part in parts.items()}

    def _short(self, kind: bytes, text: bytes) -> bytes:
        return hmac.digest(self._key, kind + b"\n" + text, sha256)[:SHORT]
