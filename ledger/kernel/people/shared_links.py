"""share: a person's own records, by a link. Who holds it opens them without an account; each opening leaves a receipt,
and the person is told by whom.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.consent import NEVER
from mydata_ledger.ledger.envelope.jose import base64url
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, PasscodeInvalid
from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.people.link_content import Compose, LinkContent
from mydata_ledger.ledger.kernel.people.link_log import LinkLog
from mydata_ledger.ledger.kernel.people.links import (
    OPEN,
    Link,
    Links,
    maker_of,
    name_of,
    reference_of,
)
from mydata_ledger.ledger.kernel.work_items import LINK
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

ATTEMPTS = 10
"""Wrong passcodes of a link's whole life."""
MOST_LINKS, LONGEST_LABEL, LONGEST_NAME = 100, 80, 200
YEAR = 366 * 86_400
TICKET = 40
FILE_SECONDS = 600
"""How long the address in a manifest leads to the file; the standard allows an hour."""


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """What to share (categories and all below them), under which label, until when (UTC seconds; 0 for a long-term link
    that lasts until it is ended), and whether a passcode is asked for; `direct` is one file without a manifest.
    """

    categories: tuple[str, ...]
    label: str = ""
    passcode: str = ""
    expires: int = 0
    long_term: bool = False
    direct: bool = False

    @property
    def flag(self) -> str:
        """The flags in alphabetical order."""
        return "L" * self.long_term + "P" * bool(self.passcode) + "U" * self.direct


@dataclass(frozen=True, slots=True)
class NewLink:
    """A new link: `link_id` (43 characters) and `key` (32 bytes) are shown this once and kept nowhere."""

    link: Link
    link_id: str
    key: bytes


class LinkSharing:
    """The content lies sealed under a key that only the link carries; the operator forgets it when it is made."""

    def __init__(
        self, world: World, content: LinkContent, links: Links, link_log: LinkLog, acting: DelegateActions
    ) -> None:
        self._world, self._content, self._links = world, content, links
        self._link_log, self._acting = link_log, acting

    def make(self, person: bytes, wish: LinkTerms, compose: Compose, media_type: str, maker: bytes = b"") -> NewLink:
        """Make a link over what `compose` makes of the person's own records; opening them leaves its receipts.

        A `maker` other than the person is their delegate: the link lasts no longer than the delegation, which must
        cover its categories. Raises InvalidStatement, NotEntitled, TooLarge, UnknownTerm, ChainBehind,
        SourceUnavailable.
        """
        now, maker = self._world.clock.now(), maker or person
        office = self._acting.office(maker, person, wish.categories)
        if office:
            wish = replace(wish, expires=min(wish.expires or NEVER, office.delegation.expires))
        self._check_link(wish, now)
        if sum(link.live for link in self._links.of(person)) >= MOST_LINKS:
            raise InvalidStatement(f"there are {MOST_LINKS} live links already; end one first")
        link_id, key = base64url(secrets.token_bytes(32)), secrets.token_bytes(32)
        name = name_of(link_id)
        body = {
            "label": wish.label, "flag": wish.flag, "made_at": now, "expires": wish.expires, "media_type": media_type,
            "passcode": self._link_mac(name, wish.passcode), "key": self._link_mac(name, key.hex()), "opened": 0,
            "remaining": ATTEMPTS, "categories": list(wish.categories),
            **self._content.sealed(person, wish.categories, key, compose, media_type),
        }  # fmt: skip
        if office:
            body |= {"maker": maker.hex(), "office": office.entry.hex()}
        self._acting.begin(office, LINK, reference_of(name), wish.categories)
        paper = self._world.work_items.file(WorkItem(LINK, name, person, state=OPEN, due=wish.expires, body=body))
        if paper is None:
            raise InvalidStatement("the link could not be made; ask again")
        if office:
            self._check_still_live(paper)
            self._link_log.made(paper, maker)
        return NewLink(self._links.read(paper), link_id, key)

    def _check_still_live(self, paper: WorkItem) -> None:
        """A delegation that ended while the link was made did not know of it. Raises NotEntitled."""
        if not self._links.read(paper).live:
            self._links.discard(paper.id)
            raise NotEntitled("the delegation ended while the link was made")

    def refresh(self, maker: bytes, name: bytes, key: bytes, compose: Compose) -> Link:
        """Bring a long-term link up to date, under the same key, which only its maker can give.

        Raises NotFound unless it is theirs and live, InvalidStatement for another key or a link that is not long-term.
        """
        paper = self._live_link(name)
        if maker_of(paper) != maker:
            raise NotFound
        if "L" not in paper.body["flag"] or not hmac.compare_digest(paper.body["key"], self._link_mac(name, key.hex())):
            raise InvalidStatement("only a long-term link is brought up to date, under its own key")
        media_type, before = paper.body["media_type"], paper.body["cid"]
        fresh = self._content.sealed(paper.person, tuple(paper.body["categories"]), key, compose, media_type)
        kept = self._world.work_items.file(replace(paper, body={**paper.body, **fresh}))
        if kept is None:
            raise InvalidStatement("the link was used at this moment; ask again")
        if fresh["cid"] != before:
            self._world.payloads.remove(before)
        return self._links.read(kept)

    def open(self, link_id: str, recipient: str, passcode: str | None, *, direct: bool) -> tuple[bytes, str]:
        """The sealed content and its media type, for who names themselves. The receipt is written first, and for a
        wrong passcode too.

        Raises NotFound, the same for a link that never was, is over, or is of the other kind; PasscodeInvalid with
        the number of tries that remain; InvalidStatement without a name.
        """
        paper = self._live_link(name_of(link_id))
        if direct != ("U" in paper.body["flag"]):
            raise NotFound
        if not recipient.strip() or len(recipient) > LONGEST_NAME or not recipient.isprintable():
            raise InvalidStatement(f"say who you are: `recipient` is a name of 1 to {LONGEST_NAME} characters")
        if "P" in paper.body["flag"]:
            self._check_passcode(paper, recipient, passcode)
        self._link_log.opened(paper, recipient, permitted=True)
        opened = self._links.change(paper.id, opened=1)
        return self._world.payloads.get(opened.body["cid"]), paper.body["media_type"]

    def ticket_for(self, link_id: str) -> str:
        """What opens the sealed content for ten minutes, for a manifest that points to it instead of holding it."""
        said = name_of(link_id) + (self._world.clock.now() + FILE_SECONDS).to_bytes(8, "big")
        return base64url(said + self._ticket_seal(said))

    def file_of(self, ticket: str) -> bytes:
        """The sealed content. Raises NotFound for no ticket of ours, an old one, and a link that is over meanwhile."""
        try:
            raw = urlsafe_b64decode(ticket.encode("ascii", "replace") + b"==")
        except ValueError as error:
            raise NotFound from error
        said, seal = raw[:TICKET], raw[TICKET:]
        expires = int.from_bytes(said[-8:], "big")
        if not hmac.compare_digest(seal, self._ticket_seal(said)) or self._world.clock.now() >= expires:
            raise NotFound
        return self._world.payloads.get(self._live_link(said[:-8]).body["cid"])

    def _ticket_seal(self, said: bytes) -> bytes:
        return hmac.new(self._world.gateway.derive("link files"), said, sha256).digest()

    def _check_passcode(self, paper: WorkItem, recipient: str, passcode: str | None) -> None:
        """A try is taken before it is looked at and given back if it was right: of many at once no more are looked at
        than remain.
        """
        if passcode is None:
            raise PasscodeInvalid(paper.body["remaining"])
        taken = self._take_try(paper.id)
        if hmac.compare_digest(paper.body["passcode"], self._link_mac(paper.id, passcode)):
            self._links.change(paper.id, remaining=1)
            return
        self._link_log.opened(paper, recipient, permitted=False)
        raise PasscodeInvalid(taken)

    def _take_try(self, name: bytes) -> int:
        """Take one try; how many are left. Raises NotFound where none was."""
        while True:
            paper = self._live_link(name)
            left = int(paper.body["remaining"]) - 1
            if self._world.work_items.file(replace(paper, body={**paper.body, "remaining": left})):
                return left

    def _live_link(self, name: bytes) -> WorkItem:
        paper = self._world.work_items.item(LINK, name)
        if paper is None or not self._links.read(paper).live:
            raise NotFound
        return paper

    def _check_link(self, wish: LinkTerms, now: int) -> None:
        for category in wish.categories:
            self._world.vocabulary.check_category(category)
        if not wish.categories or len(wish.label) > LONGEST_LABEL or not (wish.label or " ").isprintable():
            raise InvalidStatement(
                f"a link shares one category or more, under a label of at most {LONGEST_LABEL} characters"
            )
        if wish.direct and wish.passcode:
            raise InvalidStatement("a direct file cannot ask for a passcode; leave one of them out")
        if wish.passcode and not 4 <= len(wish.passcode) <= 100:
            raise InvalidStatement("a passcode has 4 to 100 characters")
        if not wish.expires and not wish.long_term:
            raise InvalidStatement("say until when the link lasts, or make it long-term")
        if wish.expires and not now < wish.expires <= now + 10 * YEAR:
            raise InvalidStatement("a link ends in the future, and within ten years")

    def _link_mac(self, name: bytes, text: str) -> str:
        """Without the gateway's key nobody tries passcodes on what is kept, however short they are."""
        key = self._world.gateway.derive("link passcodes")
        return hmac.new(key, name + text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
