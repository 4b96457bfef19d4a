"""Statistical disclosure control: a figure about a group is withheld if its difference to an earlier figure would be
about too few people.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mydata_ledger.ledger.kernel.work_items import FIGURE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

MOST_GROUPS = 366
"""The number of different groups for which one requester may get one figure; after that, only those groups again."""
PREFIX, NUMBER, SHORT = 16, 16, 8


@dataclass(frozen=True, slots=True)
class Figure:
    """A number under a name: for each person (signer bytes) the part of their data that it includes, and the smallest
    group that it may be about.
    """

    name: str
    parts: Mapping[bytes, bytes]
    least: int


class DisclosureControl:
    """Two figures that differ by one person reveal that person's data; so do two figures about equal groups in which
    one person's data changed. Released figures are stored, by requester, as keyed digests that name nobody.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def passes_disclosure_control(self, requester: str, figures: Sequence[Figure]) -> list[bool]:
        """For each figure, whether this requester may receive it; if so it is stored as released.

        A figure passes if its group has at least `least` people, and the group is either equal to that of an earlier
        figure of its name, or differs from each of those groups by at least `least` people. Raises SourceUnavailable.
        """
        return [len(figure.parts) >= figure.least and self._record_if_allowed(requester, figure) for figure in figures]

    def _record_if_allowed(self, requester: str, figure: Figure) -> bool:
        key = self._world.gateway.derive("figures told")
        prefix = hmac.digest(key, f"{requester}\n{figure.name}".encode(), sha256)[:PREFIX]
        group = {
            _short_mac(key, b"who", prefix + person): _short_mac(key, b"what", part)
            for person, part in figure.parts.items()
        }
        for _ in range(MOST_GROUPS):
            recorded = self._recorded_groups(prefix, requester)
            if any(earlier == group for earlier, _ in recorded):
                return True
            too_close = any(_distance(earlier, group) < max(least, figure.least) for earlier, least in recorded)
            if too_close or len(recorded) >= MOST_GROUPS:
                return False
            name = prefix + len(recorded).to_bytes(NUMBER, "big")
            if self._world.work_items.file(WorkItem(FIGURE, name, party=requester, body=_body_of(group, figure))):
                return True
        return False

    def _recorded_groups(self, prefix: bytes, requester: str) -> list[tuple[dict[bytes, bytes], int]]:
        """Every released group, with its bound; the number at the end of an id prevents two processes from storing one
        group each at once.
        """
        before = (int.from_bytes(prefix, "big") << 8 * NUMBER) - 1
        after = before.to_bytes(PREFIX + NUMBER, "big") if before >= 0 else b""
        items = self._world.work_items.items(FIGURE, party=requester, after=after, limit=MOST_GROUPS)
        return [_read(item) for item in items if item.id.startswith(prefix)]


def _short_mac(key: bytes, kind: bytes, text: bytes) -> bytes:
    return hmac.digest(key, kind + b"\n" + text, sha256)[:SHORT]


def _distance(first: Mapping[bytes, bytes], second: Mapping[bytes, bytes]) -> int:
    """How many people are in only one of the groups, or have different data in the other."""
    return sum(first.get(person) != second.get(person) for person in first.keys() | second.keys())


def _body_of(group: Mapping[bytes, bytes], figure: Figure) -> dict[str, str | int]:
    packed = b"".join(person + part for person, part in sorted(group.items()))
    return {"group": b64encode(packed).decode(), "least": figure.least}


def _read(item: WorkItem) -> tuple[dict[bytes, bytes], int]:
    raw = b64decode(item.body["group"])
    pairs = (raw[start : start + 2 * SHORT] for start in range(0, len(raw), 2 * SHORT))
    return {pair[:SHORT]: pair[SHORT:] for pair in pairs}, int(item.body["least"])
