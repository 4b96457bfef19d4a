"""Sends announcements to their recipients, a page at a time: offers by the index of topics, results and contacts by
consents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from mydata_ledger.ledger.consent_request import ConsentRequest, Origin, WishKind, normal_topic
from mydata_ledger.ledger.errors import InvalidStatement
from mydata_ledger.ledger.kernel.people.announcements import SENT, WAITING, read_terms
from mydata_ledger.ledger.kernel.people.ask_limits import AskLimits
from mydata_ledger.ledger.kernel.people.contact_sending import ContactSending
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.people.reachable import Reachable
from mydata_ledger.ledger.kernel.people.request_items import request_item
from mydata_ledger.ledger.kernel.people.requests import Requests, RequestTerms
from mydata_ledger.ledger.kernel.people.wishes import StandingWishes
from mydata_ledger.ledger.kernel.work_items import CONTACT, INVITATION, OFFER, PAGE, REMINDER, RESULTS
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.work_item import TIME, WorkItem

AT_ONCE = 20


class Distribution:
    """Work of the notification worker. A page that is sent again after a crash reaches nobody twice."""

    def __init__(
        self,
        world: World,
        requests: Requests,
        wishes: StandingWishes,
        limits: AskLimits,
        inbox: Inbox,
        *,
        contacts: ContactSending,
    ) -> None:
        self._world, self._requests, self._wishes, self._limits, self._inbox = world, requests, wishes, limits, inbox
        self._reachable, self._contacts = Reachable(world), contacts

    def distribute(self) -> int:
        """Send one page of each announcement under way; returns how many there were."""
        now = self._world.clock.now()
        senders = {OFFER: self._offer_page, RESULTS: self._results_page, CONTACT: self._contact_page}
        return sum(
            self._send(item, send)
            for kind, send in senders.items()
            for item in self._world.work_items.due(kind, WAITING, now, AT_ONCE)
        )

    def _send(self, item: WorkItem, send: Callable[[WorkItem], WorkItem]) -> int:
        """Send a page; end an announcement whose party or words are no longer valid."""
        party = self._world.directory.party(item.party)
        try:
            valid = party is not None and party.accredited(self._world.clock.now())
            sent = send(item) if valid else _ended(item)
        except InvalidStatement:
            sent = _ended(item)
        self._world.work_items.file(sent)
        return 1

    def _offer_page(self, item: WorkItem) -> WorkItem:
        """Invite the next people of the first topic that remains."""
        body, terms = item.body, read_terms(item.body)
        topic, *others = body["remaining"]
        entries = self._wishes.interested(topic, bytes.fromhex(body["after"]), PAGE)
        for entry in entries:
            self._invite(entry.person, item, terms)
        if len(entries) == PAGE:
            return replace(item, body={**body, "after": entries[-1].id.hex()})
        return replace(item, body={**body, "remaining": others, "after": ""}) if others else _ended(item)

    def _invite(self, person: bytes, item: WorkItem, terms: RequestTerms) -> None:
        """File a request to a person, if their wishes match the offer and nothing speaks against it.

        Its id has a part of the announcement's id, which nobody else knows, so the requester cannot derive it.
        """
        offered = set(item.body["topics"])
        tell = self._wishes.of(person).of(WishKind.TELL, terms.grants, self._world.vocabulary)
        if not any(set(map(normal_topic, wish.topics)) <= offered for wish in tell):
            return
        request_id = item.id[:TIME] + sha256(item.id + person).digest()[TIME:]
        made = self._requests.new_request(item.party, person, terms, request_id, item.body["announced_at"])
        invitation = replace(made, origin=Origin.OFFER)
        invitations = list(self._requests.of(person, item.party, INVITATION))
        if any(earlier.request_id == request_id for earlier in invitations):
            self._requests.notify_of(invitation)
        elif not self._is_unwanted(invitation, invitations):
            self._world.work_items.file(request_item(invitation, self._world.clock.now()))
            self._requests.notify_of(invitation)

    def _is_unwanted(self, invitation: ConsentRequest, invitations: Sequence[ConsentRequest]) -> bool:
        now, terms = self._world.clock.now(), (invitation.grants, invitation.reference)
        earlier = [*invitations, *self._requests.of(invitation.data_subject, invitation.requester)]
        return (
            now >= invitation.answer_by
            or any((one.grants, one.reference) == terms for one in invitations)
            or self._limits.is_exhausted(earlier, now)
            or self._limits.is_unwanted(invitation, earlier, now)
        )

    def _results_page(self, item: WorkItem) -> WorkItem:
        """Notify the next people with a consent to the party, if a grant of theirs is live at this second."""
        body, party, now = item.body, self._world.directory.party(item.party), self._world.clock.now()
        consents = self._world.work_items.items(
            REMINDER, party=item.party, after=bytes.fromhex(body["after"]), limit=PAGE
        )
        detail = {"by": party.name if party else item.party}
        for person in dict.fromkeys(consent.person for consent in consents):
            if self._reachable.by_results(person, item.party, now):
                message = Message(of_person(person), Event.RESULTS, body["reference"], body["announced_at"], detail)
                self._inbox.notify(message)
        return replace(item, body={**body, "after": consents[-1].id.hex()}) if len(consents) == PAGE else _ended(item)

    def _contact_page(self, item: WorkItem) -> WorkItem:
        sent = self._contacts.send_page(item)
        return sent if sent.due else _ended(sent)


def _ended(item: WorkItem) -> WorkItem:
    """The announcement without its content, except what its party is shown of a contact; it still counts for the daily
    limit.
    """
    return replace(item, state=SENT, due=0, body={name: item.body[name] for name in item.body if name == "contact"})
