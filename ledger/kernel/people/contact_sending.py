"""Sends a contact, a page of people at a time: each is decided by the rule at the second of sending, with a receipt."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from mydata_ledger.ledger import collection
from mydata_ledger.ledger.access import AccessRequest
from mydata_ledger.ledger.kernel.decisions.evaluate import Evaluation
from mydata_ledger.ledger.kernel.people.contacts import Contacts, terms_of
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.work_items import MESSAGE, PAGE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.work_item import WorkItem

LEASE = 60
"""Seconds for which a process that took a page keeps other processes from taking it."""
FRESH = 300
"""Seconds for which a yes that a crash kept from being used may still be used, as for the release of a key."""
HALF = 16
Answers = dict[bytes, tuple[AccessReceipt, int]]
"""Receipts with their positions, by the half of the request id that stands for a person."""


class ContactSending:
    """Work of the notification worker. A page under way is noted before its people are asked about, with the sizes of
    the logs then, so that after a crash nobody is asked about twice or gets two messages.
    """

    def __init__(self, world: World, contacts: Contacts, evaluation: Evaluation, inbox: Inbox) -> None:
        self._world, self._contacts, self._evaluation, self._inbox = world, contacts, evaluation, inbox

    def send_page(self, item: WorkItem) -> WorkItem:
        """Send to the next people, and return the item as it is then; with the due time 0 all were asked about.

        Raises InvalidStatement if the terms are no longer declared, ChainBehind, SourceUnavailable.
        """
        terms, now = terms_of(item), self._world.clock.now()
        self._contacts.check(terms)
        starts = self._contacts.start_of(terms, now)
        if starts > now:
            return replace(item, due=starts)
        taken = self._take(item, now)
        if taken is None:
            return item
        page = self._next_people(taken)
        self._send(taken, [person for _, person in page], resumed="page" in item.body)
        after = page[-1][0] if len(page) == PAGE else None
        body = {name: value for name, value in taken.body.items() if name != "page"}
        return replace(taken, due=now if after is not None else 0, body={**body, "after": after})

    def _take(self, item: WorkItem, now: int) -> WorkItem | None:
        """The item, kept for this process; None if another one has taken it."""
        sizes = {"receipts": self._world.log.head(ACCESS).size, "consents": self._world.log.head(CONSENTS).size}
        page = item.body.get("page", {"at": now, **sizes})
        return self._world.work_items.file(replace(item, due=now + LEASE, body={**item.body, "page": page}))

    def _next_people(self, item: WorkItem) -> Sequence[tuple[int, bytes]]:
        """The next people with a consent that names the party, each with their place."""
        party, after = self._world.directory.party(item.party), item.body["after"]
        names = party.grantee_names(self._world.clock.now()) if party else frozenset()
        return self._world.index.grantors(names, -1 if after == "" else after, PAGE)

    def _send(self, item: WorkItem, people: Sequence[bytes], *, resumed: bool) -> None:
        party, page = self._world.directory.party(item.party), item.body["page"]
        detail = {"by": party.name if party else item.party}
        messages = {person: _message(item, person, page["at"], detail) for person in people}
        earlier = self._earlier(item) if resumed else {}
        waiting = self._without_message(messages) if resumed else list(people)
        for person, receipt, position in self._answers(item, waiting, earlier):
            if receipt.permitted:
                message = messages[person]
                self._inbox.notify(replace(message, detail={**message.detail, **_grounds(receipt, position)}))

    def _answers(
        self, item: WorkItem, people: Sequence[bytes], earlier: Answers
    ) -> Iterator[tuple[bytes, AccessReceipt, int]]:
        """The receipt about each person, and its position: the earlier one if it may still be used, or a new one."""
        usable = {
            person: found
            for person in people
            if (found := earlier.get(_half(item, person))) and self._may_use(found[0], item.body["page"]["consents"])
        }
        yield from ((person, *found) for person, found in usable.items())
        unanswered = [person for person in people if person not in usable]
        requests = [self._question(item, person) for person in unanswered]
        answers = self._evaluation.ask_soon(requests).result() if requests else []
        for person, (_, logged) in zip(unanswered, answers, strict=True):
            if isinstance(receipt := logged.signed.statement, AccessReceipt):
                yield person, receipt, logged.position

    def _question(self, item: WorkItem, person: bytes) -> AccessRequest:
        """Whether the party may contact this person for this purpose about this category, now."""
        terms = terms_of(item)
        planned = collection.PlannedRecord(person, item.party, terms.category, action=collection.CONTACT)
        named = item.party, planned.record_id, terms.category, terms.purpose, collection.CONTACT
        request_id = _half(item, person) + secrets.token_bytes(HALF)
        return replace(self._evaluation.request(*named), request_id=request_id, planned=planned)

    def _may_use(self, receipt: AccessReceipt, consents: int) -> bool:
        """Whether an answer is used after a crash: a no, or a yes since which the person has signed nothing and the
        chain has ended nothing.
        """
        if not receipt.permitted:
            return True
        is_fresh = self._world.clock.now() - receipt.decided_at <= FRESH
        signed = self._world.index.statements_about(CONSENTS, receipt.data_subject, consents - 1, 1)
        states = [self._world.index.consent(entry) for entry in receipt.consents]
        return is_fresh and not signed and all(state is not None and state.stands for state in states)

    def _earlier(self, item: WorkItem) -> Answers:
        """The answers since the page was taken, by the half of the request id that stands for a person."""
        found: Answers = {}
        after = item.body["page"]["receipts"] - 1
        while page := self._world.index.receipts_by(item.party, after, PAGE):
            for logged in page:
                found |= _by_person(logged)
            after = page[-1].position
        return found

    def _without_message(self, messages: Mapping[bytes, Message]) -> list[bytes]:
        """The people whose message is not stored yet."""
        ids = [message.message_id for message in messages.values()]
        stored = {item.id for item in self._world.work_items.items_named(MESSAGE, ids)}
        return [person for person, message in messages.items() if message.message_id not in stored]


def _message(item: WorkItem, person: bytes, at_time: int, detail: Mapping[str, str]) -> Message:
    terms: Mapping[str, Any] = item.body["contact"]
    what = {"template": terms["template"], "version": str(terms["version"])}
    about = {"category": terms["category"], "for": terms["purpose"]}
    return Message(of_person(person), Event.CONTACTED, "0x" + item.id.hex(), at_time, {**detail, **what, **about})


def _grounds(receipt: AccessReceipt, position: int) -> dict[str, str]:
    """Why the person gets the message: the entries of the consents that permitted it, and the receipt."""
    return {"consents": " ".join("0x" + entry.hex() for entry in receipt.consents), "receipt": f"access/{position}"}


def _half(item: WorkItem, person: bytes) -> bytes:
    """Stands for a person in the request ids of this contact; nobody can compute it without the secret."""
    return sha256(bytes.fromhex(item.body["secret"]) + person).digest()[:HALF]


def _by_person(logged: LoggedStatement) -> Answers:
    receipt = logged.signed.statement
    return {receipt.request_id[:HALF]: (receipt, logged.position)} if isinstance(receipt, AccessReceipt) else {}
