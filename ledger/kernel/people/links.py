"""A person's own links: how they are stored, and how they end.

A link is identified by the digest of its secret id, so that a reader of the database can open none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from mydata_ledger.ledger.errors import NotFound, TooManyRequests
from mydata_ledger.ledger.kernel.consents.acting import Covers, DelegateActions, is_all_covered
from mydata_ledger.ledger.kernel.work_items import LINK, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

OPEN, ENDED = "open", "ended"
LAST_OPENED = "last_opened"
"""Member of a link's body, as text, because `Links.change` adds to numbers."""
MOST_ATTEMPTS = 1_000
MARK = 8
"""Bytes of a record's id by which a link marks that it contains the record."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link as its maker sees it.

    `flag` is as in SMART Health Links (L long-term, P passcode, U one file), `expires` is in UTC seconds, end exclusive
    (0: only when ended), `remaining` is how many wrong passcodes are left, and `opened` how often it was used, the last
    time at `last_opened` (UTC seconds; 0 if never, or if it was before the ledger kept that time).
    """

    name: bytes
    label: str
    flag: str
    made_at: int
    expires: int
    remaining: int
    opened: int
    last_opened: int
    size: int
    live: bool


def name_of(link_id: str) -> bytes:
    """The 32 bytes by which a link is identified."""
    return sha256(link_id.encode()).digest()


def reference_of(name: bytes) -> str:
    """The reference of a link in the list of what a withdrawal ended."""
    return "0x" + name.hex()


def maker_of(item: WorkItem) -> bytes:
    """Who made a link: its data subject, or a delegate (signer bytes)."""
    return bytes.fromhex(item.body.get("maker", "")) or item.person


def _read_link(item: WorkItem, now: int) -> Link:
    """The link in a work item, as of `now`, without regard to the delegation of its maker."""
    body: Mapping[str, Any] = item.body
    members = {name: body[name] for name in ("label", "flag", "made_at", "expires", "remaining", "opened", "size")}
    is_over = (body["expires"] and now >= body["expires"]) or not body["remaining"]
    last_opened = int(body.get(LAST_OPENED, "0"))
    return Link(item.id, live=item.state == OPEN and not is_over, last_opened=last_opened, **members)


class Links:
    """Ended links stay in their maker's list; their content is deleted at once."""

    def __init__(self, world: World, acting: DelegateActions) -> None:
        self._world, self._acting = world, acting

    def read(self, item: WorkItem) -> Link:
        """The link in a work item, as of now; a delegate's link is live only while their delegation or a renewal of it
        covers it.

        Whether a link is live is decided only here.
        """
        link, office = _read_link(item, self._world.clock.now()), bytes.fromhex(item.body.get("office", ""))
        if not link.live or self._acting.may_go_on(office, LINK, reference_of(item.id)):
            return link
        return replace(link, live=False)

    def of(self, person: bytes, covers: Covers = is_all_covered) -> list[Link]:
        """Every link of a person over categories that are covered, in no particular order."""
        items = every(self._world.work_items, LINK, person=person)
        return [self.read(item) for item in items if covers(item.body["categories"])]

    def end(self, caller: bytes, name: bytes) -> None:
        """End one link permanently; ending it again changes nothing. Raises NotFound unless the caller is its data
        subject or maker.
        """
        item = self._world.work_items.item(LINK, name)
        if item is None or caller not in {item.person, maker_of(item)}:
            raise NotFound
        self._end_item(item)

    def person_of(self, maker: bytes, name: bytes) -> bytes:
        """The data subject of a link (signer bytes). Raises NotFound unless `maker` made it."""
        item = self._world.work_items.item(LINK, name)
        if item is None or maker_of(item) != maker:
            raise NotFound
        return item.person

    def discard(self, name: bytes) -> None:
        """End one link, whoever made it; a link that does not exist changes nothing."""
        if item := self._world.work_items.item(LINK, name):
            self._end_item(item)

    def end_all(self, person: bytes, record_id: bytes = b"") -> list[Link]:
        """End every live link of a person, or only those that show a record; returns the ended links."""
        mark = record_id[:MARK].hex()
        items = [
            p
            for p in every(self._world.work_items, LINK, person=person)
            if p.state == OPEN and (not mark or mark in p.body["records"])
        ]
        links = [self.read(item) for item in items]
        for item in items:
            self._end_item(item)
        return [link for link in links if link.live]

    def _end_item(self, item: WorkItem) -> None:
        if item.state == OPEN:
            self.change(item.id, state=ENDED)
            self._world.payloads.remove(item.body["cid"])

    def change(self, name: bytes, *, state: str = "", **body: int | str) -> WorkItem:
        """Set members of a link's body, and add to numeric members; concurrent changes are applied one after the other.

        Raises:
            NotFound: the link does not exist.
            TooManyRequests: too many changes at once.
        """
        for _ in range(MOST_ATTEMPTS):
            item = self._world.work_items.item(LINK, name)
            if item is None:
                raise NotFound
            counted = {k: item.body[k] + v if isinstance(v, int) else v for k, v in body.items()}
            if filed := self._world.work_items.file(
                replace(item, state=state or item.state, body={**item.body, **counted})
            ):
                return filed
        raise TooManyRequests("too many want this link at once; try again")
