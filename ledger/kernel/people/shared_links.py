"""Links that share a person's own records. The holder of a link opens it without an account; each use has a receipt,
and the person is notified.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.envelope.jose import base64url
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, PasscodeInvalid
from mydata_ledger.ledger.kernel.consents.acting import DelegateActions
from mydata_ledger.ledger.kernel.people.link_content import Compose, LinkContent, LinkScope
from mydata_ledger.ledger.kernel.people.link_log import LinkLog
from mydata_ledger.ledger.kernel.people.links import (
    LAST_OPENED,
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
from mydata_ledger.ledger.written_text import is_name, is_written_text

ATTEMPTS = 10
"""Wrong passcodes over the whole life of a link."""
MOST_LINKS, LONGEST_LABEL, LONGEST_NAME = 100, 80, 200
YEAR = 366 * 86_400
TICKET = 40
FILE_SECONDS = 600
"""Seconds for which the address in a manifest leads to the file; the standard allows an hour."""


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """The terms of a link: the categories to share (and all below them), the label, the end (UTC seconds; 0 for a
    long-term link that lasts until it is ended), and the passcode, if any; `direct` is one file without a manifest.
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
    """A new link: `link_id` (43 characters) and `key` (32 bytes) are shown only once and not stored."""

    link: Link
    link_id: str
    key: bytes


class LinkSharing:
    """The content is stored encrypted under a key that only the link has; the operator does not keep the key."""

    def __init__(
        self, world: World, content: LinkContent, links: Links, link_log: LinkLog, acting: DelegateActions
    ) -> None:
        self._world, self._content, self._links = world, content, links
        self._link_log, self._acting = link_log, acting

    def make(self, person: bytes, terms: LinkTerms, compose: Compose, media_type: str, maker: bytes = b"") -> NewLink:
        """Make a link to the result of `compose` over the person's own records; opening them writes receipts.

        A `maker` other than the person is their delegate: the link lasts no longer than the delegation, which must
        cover its categories. Raises InvalidStatement, NotEntitled, TooLarge, UnknownTerm, ChainBehind,
        SourceUnavailable.
        """
        now, maker = self._world.clock.now(), maker or person
        office = self._acting.office(maker, person, terms.categories)
        if office:
            terms = replace(terms, expires=min(terms.expires or now + 10 * YEAR, office.delegation.expires))
        self._check_link(terms, now)
        if sum(link.live for link in self._links.of(person)) >= MOST_LINKS:
            raise InvalidStatement(f"there are {MOST_LINKS} live links already; end one first")
        link_id, key = base64url(secrets.token_bytes(32)), secrets.token_bytes(32)
        name = name_of(link_id)
        body = {
            "label": terms.label, "flag": terms.flag, "made_at": now, "expires": terms.expires,
            "media_type": media_type, "passcode": self._link_mac(name, terms.passcode),
            "key": self._link_mac(name, key.hex()), "opened": 0, "remaining": ATTEMPTS,
            "categories": list(terms.categories),
            **self._content.sealed(LinkScope(person, terms.categories, maker), key, compose, media_type),
        }  # fmt: skip
        if office:
            body |= {"maker": maker.hex(), "office": office.entry.hex()}
        self._acting.begin(office, LINK, reference_of(name), terms.categories)
        item = self._world.work_items.file(WorkItem(LINK, name, person, state=OPEN, due=terms.expires, body=body))
        if item is None:
            raise InvalidStatement("the link could not be made; ask again")
        if office:
            self._check_still_live(item)
            self._link_log.notify_link_made(item, maker)
        return NewLink(self._links.read(item), link_id, key)

    def _check_still_live(self, item: WorkItem) -> None:
        """End the link if the delegation ended while the link was made, since that end did not list it. Raises
        NotEntitled.
        """
        if not self._links.read(item).live:
            self._links.discard(item.id)
            raise NotEntitled("the delegation ended while the link was made")

    def refresh(self, maker: bytes, name: bytes, key: bytes, compose: Compose) -> Link:
        """Update the content of a long-term link, under the same key, which only its maker has.

        Raises NotFound unless the link is theirs and live, InvalidStatement for another key or a link that is not
        long-term.
        """
        item = self._live_link(name)
        if maker_of(item) != maker:
            raise NotFound
        if "L" not in item.body["flag"] or not hmac.compare_digest(item.body["key"], self._link_mac(name, key.hex())):
            raise InvalidStatement("only a long-term link is brought up to date, under its own key")
        media_type, before = item.body["media_type"], item.body["cid"]
        scope = LinkScope(item.person, tuple(item.body["categories"]), maker)
        content = self._content.sealed(scope, key, compose, media_type)
        filed = self._world.work_items.file(replace(item, body={**item.body, **content}))
        if filed is None:
            raise InvalidStatement("the link was used at this moment; ask again")
        if content["cid"] != before:
            self._world.payloads.remove(before)
        return self._links.read(filed)

    def open(self, link_id: str, recipient: str, passcode: str | None, *, direct: bool) -> tuple[bytes, str]:
        """The encrypted content and its media type, for a recipient who gives a name. The receipt is written first,
        also for a wrong passcode.

        Raises NotFound, indistinguishably for a link that never existed, is over, or is of the other kind;
        PasscodeInvalid with the number of attempts that remain; InvalidStatement without a name.
        """
        item = self._live_link(name_of(link_id))
        if direct != ("U" in item.body["flag"]):
            raise NotFound
        if not is_name(recipient, LONGEST_NAME):
            raise InvalidStatement(f"say who you are: `recipient` is a name of 1 to {LONGEST_NAME} characters")
        if "P" in item.body["flag"]:
            self._check_passcode(item, recipient, passcode)
        self._link_log.record_opening(item, recipient, permitted=True)
        opened = self._links.change(item.id, opened=1, **{LAST_OPENED: str(self._world.clock.now())})
        return self._world.payloads.get(opened.body["cid"]), item.body["media_type"]

    def ticket_for(self, link_id: str) -> str:
        """A ticket that opens the encrypted content for ten minutes, for a manifest that refers to the content instead
        of including it.
        """
        payload = name_of(link_id) + (self._world.clock.now() + FILE_SECONDS).to_bytes(8, "big")
        return base64url(payload + self._ticket_mac(payload))

    def file_of(self, ticket: str) -> bytes:
        """The encrypted content. Raises NotFound for an invalid or expired ticket, and for a link that is over."""
        try:
            raw = urlsafe_b64decode(ticket.encode("ascii", "replace") + b"==")
        except ValueError as error:
            raise NotFound from error
        payload, seal = raw[:TICKET], raw[TICKET:]
        expires = int.from_bytes(payload[-8:], "big")
        if not hmac.compare_digest(seal, self._ticket_mac(payload)) or self._world.clock.now() >= expires:
            raise NotFound
        return self._world.payloads.get(self._live_link(payload[:-8]).body["cid"])

    def _ticket_mac(self, payload: bytes) -> bytes:
        return hmac.new(self._world.gateway.derive("link files"), payload, sha256).digest()

    def _check_passcode(self, item: WorkItem, recipient: str, passcode: str | None) -> None:
        """An attempt is counted before the passcode is compared, and given back if it is right: of many at once no more
        than remain are compared.
        """
        if passcode is None:
            raise PasscodeInvalid(item.body["remaining"])
        remaining = self._use_attempt(item.id)
        if hmac.compare_digest(item.body["passcode"], self._link_mac(item.id, passcode)):
            self._links.change(item.id, remaining=1)
            return
        self._link_log.record_opening(item, recipient, permitted=False)
        raise PasscodeInvalid(remaining)

    def _use_attempt(self, name: bytes) -> int:
        """Use one attempt; returns how many remain. Raises NotFound if none remained."""
        while True:
            item = self._live_link(name)
            remaining = int(item.body["remaining"]) - 1
            if self._world.work_items.file(replace(item, body={**item.body, "remaining": remaining})):
                return remaining

    def _live_link(self, name: bytes) -> WorkItem:
        item = self._world.work_items.item(LINK, name)
        if item is None or not self._links.read(item).live:
            raise NotFound
        return item

    def _check_link(self, terms: LinkTerms, now: int) -> None:
        for category in terms.categories:
            self._world.vocabulary.check_category(category)
        if not terms.categories or len(terms.label) > LONGEST_LABEL or not is_written_text(terms.label):
            raise InvalidStatement(
                f"a link shares one category or more, under a label of at most {LONGEST_LABEL} characters"
            )
        if terms.direct and terms.passcode:
            raise InvalidStatement("a direct file cannot ask for a passcode; leave one of them out")
        if terms.passcode and not 4 <= len(terms.passcode) <= 100:
            raise InvalidStatement("a passcode has 4 to 100 characters")
        if not terms.expires and not terms.long_term:
            raise InvalidStatement("say until when the link lasts, or make it long-term")
        if terms.expires and not now < terms.expires <= now + 10 * YEAR:
            raise InvalidStatement("a link ends in the future, and within ten years")

    def _link_mac(self, name: bytes, text: str) -> str:
        """A keyed digest: without the gateway's key nobody can try passcodes on the stored value, however short they
        are.
        """
        key = self._world.gateway.derive("link passcodes")
        return hmac.new(key, name + text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
