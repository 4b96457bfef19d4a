"""Announcements of a party to many people: offers and study results, limited in number for each day. The party learns
nothing about the recipients.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from mydata_ledger.ledger.consent_request import DAY, WishKind
from mydata_ledger.ledger.errors import NotEntitled, TooManyRequests
from mydata_ledger.ledger.kernel.people.ask_limits import AskLimits
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.people.request_items import request_item
from mydata_ledger.ledger.kernel.people.requests import Requests, RequestTerms
from mydata_ledger.ledger.kernel.people.wishes import StandingWishes
from mydata_ledger.ledger.kernel.work_items import OFFER, REMINDER, RESULTS, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.work_item import WorkItem, new_id

ANNOUNCED_PER_DAY = 10
"""Offers, and results, that one party may announce on one day."""


class Announcements:
    """The party does not learn who was notified."""

    def __init__(
        self, world: World, requests: Requests, wishes: StandingWishes, limits: AskLimits, inbox: Inbox
    ) -> None:
        self._world, self._requests, self._wishes, self._limits, self._inbox = world, requests, wishes, limits, inbox

    def offer(self, requester: str, terms: RequestTerms, topics: Iterable[str]) -> int:
        """Offer something to everyone whose wishes ask for such offers.

        Each recipient gets a request; the requester learns of nobody until they consent. Repeating the announcement
        reaches only new recipients. Returns how many were notified, which must not be shown to the requester. Raises
        TooManyRequests beyond ten a day.
        """
        self._requests.check(requester, terms)
        now, offered = self._world.clock.now(), {topic.lower() for topic in topics}
        self.check_daily_limit(OFFER, requester, now)
        name = sha256(repr((requester, terms.reference, terms.grants)).encode()).digest()
        notified = 0
        for wishes in self._wishes.all_wishes():
            tell = wishes.of(WishKind.TELL, terms.grants, self._world.vocabulary)
            if not any(set(wish.topics) <= offered for wish in tell):
                continue
            request_id = sha256(name + wishes.data_subject).digest()
            request = self._requests.new_request(requester, wishes.data_subject, terms, request_id, now)
            earlier = list(self._requests.of(wishes.data_subject, requester))
            if self._limits.is_exhausted(earlier, now) or self._limits.is_unwanted(request, earlier, now):
                continue
            if self._world.work_items.file(request_item(request)):
                self._requests.notify_of(request)
                notified += 1
        return notified

    def results(self, party: str, reference: str) -> None:
        """Notify everyone whose consent to this party stands that results of a study are available; the party learns of
        nobody.

        Raises:
            NotEntitled: the party is not accredited.
            TooManyRequests: it announced ten today.
        """
        now = self._world.clock.now()
        sender = self._world.directory.party(party)
        if sender is None or not sender.accredited(now):
            raise NotEntitled("only an accredited party has results to tell of")
        self.check_daily_limit(RESULTS, party, now)
        for reminder in every(self._world.work_items, REMINDER, party=party):
            state = self._world.index.consent(reminder.id)
            if state and state.stands:
                recipient = of_person(state.consent.data_subject)
                self._inbox.notify(Message(recipient, Event.RESULTS, reference, now, {"by": sender.name}))

    def check_daily_limit(self, kind: str, party: str, now: int) -> None:
        """Count one announcement of a kind. Raises TooManyRequests beyond the daily limit."""
        since = (now - DAY).to_bytes(8, "big") + bytes(24)
        if (
            len(self._world.work_items.items(kind, party=party, after=since, limit=ANNOUNCED_PER_DAY))
            >= ANNOUNCED_PER_DAY
        ):
            raise TooManyRequests(f"{ANNOUNCED_PER_DAY} a day are announced at most; wait until tomorrow")
        self._world.work_items.file(WorkItem(kind, new_id(now), party=party))
