"""What a party announces to many people, of whom it learns nothing: how often in a day, and results of a study."""

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
"""Offers, and results, that one party may announce in a day."""


class Announcements:
    """The party learns of nobody."""

    def __init__(
        self, world: World, requests: Requests, wishes: StandingWishes, limits: AskLimits, inbox: Inbox
    ) -> None:
        self._world, self._requests, self._wishes, self._limits, self._inbox = world, requests, wishes, limits, inbox

    def offer(self, requester: str, asking: RequestTerms, topics: Iterable[str]) -> int:
        """Offer something to everyone who wished to be told of it: each gets a request, and the asker learns of nobody
        until they consent. The same announcement again reaches only who is new. Returns how many were asked, which
        is not for the asker. Raises TooManyRequests beyond ten a day.
        """
        self._requests.check(requester, asking)
        now, offered = self._world.clock.now(), {topic.lower() for topic in topics}
        self.check_pace(OFFER, requester, now)
        name = sha256(repr((requester, asking.reference, asking.grants)).encode()).digest()
        told = 0
        for wishes in self._wishes.everyones():
            tell = wishes.of(WishKind.TELL, asking.grants, self._world.vocabulary)
            if not any(set(wish.topics) <= offered for wish in tell):
                continue
            request_id = sha256(name + wishes.data_subject).digest()
            request = self._requests.made(requester, wishes.data_subject, asking, request_id, now)
            mine = list(self._requests.of(wishes.data_subject, requester))
            if self._limits.is_exhausted(mine, now) or self._limits.is_unwanted(request, mine, now):
                continue
            if self._world.work_items.file(request_item(request)):
                self._requests.notify_of(request)
                told += 1
        return told

    def results(self, party: str, reference: str) -> None:
        """Tell everyone whose consent to this party stands that results of a study are out; the party learns of nobody.

        Raises NotEntitled for who is not accredited, TooManyRequests beyond ten a day.
        """
        now = self._world.clock.now()
        known = self._world.directory.party(party)
        if known is None or not known.accredited(now):
            raise NotEntitled("only an accredited party has results to tell of")
        self.check_pace(RESULTS, party, now)
        for reminder in every(self._world.work_items, REMINDER, party=party):
            state = self._world.index.consent(reminder.id)
            if state and state.stands:
                whom = of_person(state.consent.data_subject)
                self._inbox.notify(Message(whom, Event.RESULTS, reference, now, {"by": known.name}))

    def check_pace(self, kind: str, party: str, now: int) -> None:
        """Count one announcement of a kind. Raises TooManyRequests beyond what a day allows."""
        since = (now - DAY).to_bytes(8, "big") + bytes(24)
        if (
            len(self._world.work_items.items(kind, party=party, after=since, limit=ANNOUNCED_PER_DAY))
            >= ANNOUNCED_PER_DAY
        ):
            raise TooManyRequests(f"{ANNOUNCED_PER_DAY} a day are announced at most; wait until tomorrow")
        self._world.work_items.file(WorkItem(kind, new_id(now), party=party))
