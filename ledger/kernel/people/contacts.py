"""Contacts: a party asks for a declared text to be sent to the people whose consents permit it when it is sent. Neither
answers nor states tell the party whom it reached.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled
from mydata_ledger.ledger.kernel.people.announcements import SENT, WAITING, Announcements
from mydata_ledger.ledger.kernel.people.quiet_hours import next_daytime
from mydata_ledger.ledger.kernel.work_items import CONTACT
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

SHOWN_AFTER = 3_600
"""Seconds from the start of the sending until it is shown as sent, so that its length does not tell how many people
there were.
"""


@dataclass(frozen=True, slots=True)
class ContactTerms:
    """A declared template by id and version, and the purpose and category for which people must permit the contact."""

    template: str
    version: int
    purpose: str
    category: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as its sender sees it: `state` is waiting or sent; `asked_at` is in UTC seconds."""

    contact_id: bytes
    terms: ContactTerms
    state: str
    asked_at: int


class Contacts:
    """The side of the sender."""

    def __init__(self, world: World, announcements: Announcements) -> None:
        self._world, self._announcements = world, announcements

    def ask(self, sender: str, terms: ContactTerms) -> None:
        """Ask for a message to be sent, which happens later.

        Raises:
            NotEntitled: the sender is not accredited.
            UnknownTerm: template, purpose or category is not declared.
            InvalidStatement: the template is for another purpose, or the category is of derived records.
            TooManyRequests: the sender asked for ten today.
        """
        party, now = self._world.directory.party(sender), self._world.clock.now()
        if party is None or not party.accredited(now):
            raise NotEntitled("only an accredited party sends messages")
        self.check(terms)
        contact = {**asdict(terms), "asked_at": now, "starts": self.start_of(terms, now)}
        self._announcements.file(CONTACT, sender, {"contact": contact, "secret": secrets.token_hex(32)})

    def check(self, terms: ContactTerms) -> None:
        """Raise UnknownTerm or InvalidStatement unless the terms are declared and fit each other."""
        template = self._world.vocabulary.template((terms.template, terms.version))
        self._world.vocabulary.check_issuable(terms.category)
        if template.purpose not in self._world.vocabulary.path(terms.purpose):
            raise InvalidStatement(f"the template is for `{template.purpose}` and the purposes below it")

    def start_of(self, terms: ContactTerms, at_time: int) -> int:
        """When a message that is ready at `at_time` (UTC seconds) may be sent: advertising waits for the morning."""
        return next_daytime(at_time) if self._world.vocabulary.is_advertising(terms.purpose) else at_time

    def of(self, sender: str, after: bytes = b"", limit: int = 100) -> list[Contact]:
        """The contacts of a sender, oldest first, by id above `after`."""
        items = self._world.work_items.items(CONTACT, party=sender, after=after, limit=limit)
        return [self._seen(item) for item in items]

    def _seen(self, item: WorkItem) -> Contact:
        contact = item.body["contact"]
        is_shown = item.state == SENT and self._world.clock.now() >= contact["starts"] + SHOWN_AFTER
        return Contact(item.id, terms_of(item), SENT if is_shown else WAITING, contact["asked_at"])


def terms_of(item: WorkItem) -> ContactTerms:
    """The terms of a contact from its work item."""
    return ContactTerms(*(item.body["contact"][name] for name in ("template", "version", "purpose", "category")))
