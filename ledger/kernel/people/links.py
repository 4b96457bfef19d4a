"""Links of a person's own: what is kept of them, and how they end. A link is known here by the digest of its secret id,
so that who reads the database can open none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from mydata_ledger.ledger.errors import NotFound, TooManyRequests
from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.work_items import LINK, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

OPEN, ENDED = "open", "ended"
CONTENDERS = 1_000
MARK = 8
"""Bytes of a record's id by which a link knows that the record is in it."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link as its maker sees it: `flag` as in SMART Health Links (L long-term, P passcode, U one file), `expires`
    UTC seconds, end exclusive (0: only when ended), `remaining` wrong passcodes left, `opened` how often it was.
    """

    name: bytes
    label: str
    flag: str
    made_at: int
    expires: int
    remaining: int
    opened: int
    size: int
    live: bool


def name_of(link_id: str) -> bytes:
    """The 32 bytes under which a link is kept."""
    return sha256(link_id.encode()).digest()


def reference_of(name: bytes) -> str:
    """How a withdrawal that ends a link names it."""
    return "0x" + name.hex()


def maker_of(paper: WorkItem) -> bytes:
    """Who made a link: the person it is about, or a delegate (signer bytes)."""
    return bytes.fromhex(paper.body.get("maker", "")) or paper.person


def _read_link(paper: WorkItem, now: int) -> Link:
    """The link in a paper, as it stands at `now`."""
    body: Mapping[str, Any] = paper.body
    told = {name: body[name] for name in ("label", "flag", "made_at", "expires", "remaining", "opened", "size")}
    over = (body["expires"] and now >= body["expires"]) or not body["remaining"]
    return Link(paper.id, live=paper.state == OPEN and not over, **told)


class Links:
    """Ended links stay in their maker's list; their content is let go at once."""

    def __init__(self, world: World, acting: DelegateActions) -> None:
        self._world, self._acting = world, acting

    def read(self, paper: WorkItem) -> Link:
        """The link in a paper as it stands now; a delegate's is live while their delegation, or a renewal of it, holds.

        Whether a link is live is decided here and nowhere else.
        """
        link, office = _read_link(paper, self._world.clock.now()), bytes.fromhex(paper.body.get("office", ""))
        if not link.live or self._acting.may_go_on(office, LINK, reference_of(paper.id)):
            return link
        return replace(link, live=False)

    def of(self, person: bytes) -> list[Link]:
        """Every link a person made, in no order that means anything."""
        return [self.read(paper) for paper in every(self._world.work_items, LINK, person=person)]

    def end(self, caller: bytes, name: bytes) -> None:
        """End one link for good; again, it changes nothing. Raises NotFound unless it is about the caller or theirs."""
        paper = self._world.work_items.item(LINK, name)
        if paper is None or caller not in {paper.person, maker_of(paper)}:
            raise NotFound
        self._end_paper(paper)

    def person_of(self, maker: bytes, name: bytes) -> bytes:
        """Whom a link is about (signer bytes). Raises NotFound unless `maker` made it."""
        paper = self._world.work_items.item(LINK, name)
        if paper is None or maker_of(paper) != maker:
            raise NotFound
        return paper.person

    def discard(self, name: bytes) -> None:
        """End one link, whoever made it; one that is not there changes nothing."""
        if paper := self._world.work_items.item(LINK, name):
            self._end_paper(paper)

    def end_all(self, person: bytes, record_id: bytes = b"") -> list[Link]:
        """End every live link of a person, or those only that show a record; what was ended, for who must list it."""
        mark = record_id[:MARK].hex()
        found = [
            p
            for p in every(self._world.work_items, LINK, person=person)
            if p.state == OPEN and (not mark or mark in p.body["records"])
        ]
        ended = [self.read(paper) for paper in found]
        for paper in found:
            self._end_paper(paper)
        return [link for link in ended if link.live]

    def _end_paper(self, paper: WorkItem) -> None:
        if paper.state == OPEN:
            self.change(paper.id, state=ENDED)
            self._world.payloads.remove(paper.body["cid"])

    def change(self, name: bytes, *, state: str = "", **body: int | str) -> WorkItem:
        """Write members of a link's body over, and add to those that count; of many at once each has its turn.

        Raises NotFound for a link that is not there, TooManyRequests when too many would change it at once.
        """
        for _ in range(CONTENDERS):
            paper = self._world.work_items.item(LINK, name)
            if paper is None:
                raise NotFound
            counted = {k: paper.body[k] + v if isinstance(v, int) else v for k, v in body.items()}
            if kept := self._world.work_items.file(
                replace(paper, state=state or paper.state, body={**paper.body, **counted})
            ):
                return kept
        raise TooManyRequests("too many want this link at once; try again")
