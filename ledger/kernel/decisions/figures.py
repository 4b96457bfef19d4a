"""tellable: figures about groups of people, held back where the difference to an earlier one would be about too few."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mydata_ledger.ledger.kernel.work_items import FIGURE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

MOST = 366
"""Different groups that one asker is told one figure about; then only those again."""
PREFIX, NUMBER, SHORT = 16, 16, 8


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is to be told under a name: for each person (signer bytes) what of theirs went into it, and the
    smallest group it may be about.
    """

    name: str
    parts: Mapping[bytes, bytes]
    least: int


class DisclosureControl:
    """Two figures that differ by one person tell about that person; so do two about the same people, one of whom has
    changed. What was told to whom is remembered as keyed digests that name nobody.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def passes_disclosure_control(self, requester: str, figures: Sequence[Figure]) -> list[bool]:
        """For each figure whether this requester may be told it, which it then counts as.

        One may be told if its people are at least `least`, and it is either about exactly what an earlier figure of its
        name was about, or otherwise about at least `least` people than every such one. Raises SourceUnavailable.
        """
        return [len(figure.parts) >= figure.least and self._tell(requester, figure) for figure in figures]

    def _tell(self, requester: str, figure: Figure) -> bool:
        key = self._world.gateway.derive("figures told")
        prefix = hmac.digest(key, f"{requester}\n{figure.name}".encode(), sha256)[:PREFIX]
        group = {_short(key, b"who", prefix + who): _short(key, b"what", part) for who, part in figure.parts.items()}
        for _ in range(MOST):
            told = self._told(prefix, requester)
            if any(earlier == group for earlier, _ in told):
                return True
            near = any(_apart(earlier, group) < max(least, figure.least) for earlier, least in told)
            if near or len(told) >= MOST:
                return False
            name = prefix + len(told).to_bytes(NUMBER, "big")
            if self._world.work_items.file(WorkItem(FIGURE, name, party=requester, body=_kept(group, figure))):
                return True
        return False

    def _told(self, prefix: bytes, requester: str) -> list[tuple[dict[bytes, bytes], int]]:
        """Every group told, with its bound; the number at the end of an id lets two processes not pass each other."""
        before = (int.from_bytes(prefix, "big") << 8 * NUMBER) - 1
        after = before.to_bytes(PREFIX + NUMBER, "big") if before >= 0 else b""
        found = self._world.work_items.items(FIGURE, party=requester, after=after, limit=MOST)
        return [_read(paper) for paper in found if paper.id.startswith(prefix)]


def _short(key: bytes, kind: bytes, text: bytes) -> bytes:
    return hmac.digest(key, kind + b"\n" + text, sha256)[:SHORT]


def _apart(one: Mapping[bytes, bytes], other: Mapping[bytes, bytes]) -> int:
    """How many people are in one only, or have something else in the other."""
    return sum(one.get(person) != other.get(person) for person in one.keys() | other.keys())


def _kept(group: Mapping[bytes, bytes], figure: Figure) -> dict[str, str | int]:
    packed = b"".join(person + part for person, part in sorted(group.items()))
    return {"group": b64encode(packed).decode(), "least": figure.least}


def _read(paper: WorkItem) -> tuple[dict[bytes, bytes], int]:
    raw = b64decode(paper.body["group"])
    pairs = (raw[start : start + 2 * SHORT] for start in range(0, len(raw), 2 * SHORT))
    return {pair[:SHORT]: pair[SHORT:] for pair in pairs}, int(paper.body["least"])
