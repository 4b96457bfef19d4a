"""The log consumer reads the logs in order and notifies everyone whom a statement concerns; no message is lost in a
crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.consent import NEVER, Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation, name_of_delegate
from mydata_ledger.ledger.derived import COMPUTE
from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.kernel.consents.endings import SIGNED, EndedItem, Endings
from mydata_ledger.ledger.kernel.log_positions import LogReaders
from mydata_ledger.ledger.kernel.people import People
from mydata_ledger.ledger.kernel.people.inbox import AT_ONCE
from mydata_ledger.ledger.kernel.people.incident_notices import IncidentNotices
from mydata_ledger.ledger.kernel.work_items import LINK, READ_TO, REMINDER
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.timeline import is_own_reading
from mydata_ledger.ledger.work_item import WorkItem

WAITING, DONE = "waiting", "done"
DEADLINES = "retention"
"""The name of the position up to which consents were read for their deadlines."""
CHAIN = b"chain"
"""The name of the position mark for consents that ended on chain."""
REMIND_BEFORE = 14 * 86_400
"""Seconds before the end of a consent at which its data subject is notified; for a short consent, in its last quarter.
"""
USES = frozenset({Reason.CONSENTED, Reason.BROKE_GLASS, Reason.DELEGATED})


class LogConsumer:
    """The position up to which each log was read is stored as a work item."""

    def __init__(self, world: World, endings: Endings, people: People) -> None:
        self._world, self._endings, self._inbox, self._links = world, endings, people.inbox, people.links
        self._reviews, self._requests = people.reviews, people.requests
        self._asked_transfers, self._retention = people.asked_transfers, people.retention
        self._request_on_denial = people.request_on_denial
        self._incident_notices = IncidentNotices(world, people.inbox)
        self._readers = LogReaders(world)

    def consume(self) -> int:
        """Process everything in the logs beyond the stored positions; returns the number of statements read."""
        read = sum(self._readers.read(log, log, self.process) for log in (CONSENTS, ACCESS)) + self._read_chain()
        now = self._world.clock.now()
        for item in self._world.work_items.due(REMINDER, WAITING, now, AT_ONCE):
            self._remind(item, now)
        self._asked_transfers.end_due()
        self._readers.read(DEADLINES, CONSENTS, self._retention.plan)
        self._retention.turn()
        return read

    def _read_chain(self) -> int:
        """End everything that rested on consents and delegations that ended on chain."""
        mark, number = self._chain_mark()
        revealed = self._world.past.revealed_since(number, AT_ONCE)
        for number, entry in revealed:
            now = self._world.clock.now()
            self._end_items(self._endings.ended_on_chain(entry), now)
            self._asked_transfers.end(entry, now)
            mark = replace(mark, body={"number": number, "entry": entry.hex()})
        if revealed:
            self._world.work_items.file(mark)
        return len(revealed)

    def _chain_mark(self) -> tuple[WorkItem, int]:
        """The mark for the ends on chain, and the number to read from; 0 if the database was rebuilt and numbered them
        anew.
        """
        mark = self._world.work_items.item(READ_TO, CHAIN)
        if mark is None:
            return WorkItem(READ_TO, CHAIN), 0
        number, entry = mark.body["number"], bytes.fromhex(mark.body["entry"])
        last_revealed = self._world.past.revealed_since(number - 1, 1)
        return mark, number if last_revealed == [(number, entry)] else 0

    def process(self, logged: LoggedStatement) -> None:
        """Process one statement; processing it again has no further effect."""
        for message in self._messages_about(logged):
            self._inbox.notify(message)
        self._end_items(self._endings.ended_by(logged), logged.accepted_at)
        if isinstance(logged.signed.statement, Revocation):
            self._asked_transfers.end(logged.signed.statement.consent, logged.accepted_at)
        if isinstance(logged.signed.statement, Consent):
            self._plan_reminder(logged, logged.signed.statement)
            self._asked_transfers.follow(logged, logged.signed.statement)
            self._requests.show_answered(logged.signed.statement)
        if isinstance(logged.signed.statement, Incident):
            self._reviews.file_incident(logged)
            self._incident_notices.send(logged, logged.signed.statement)
        if isinstance(logged.signed.statement, IncidentExtension):
            self._review_extension(logged, logged.signed.statement)
        self._request_on_denial.consider(logged)

    def _review_extension(self, logged: LoggedStatement, extension: IncidentExtension) -> None:
        incident = self._world.index.incident(extension.incident)
        if isinstance(incident, Incident):
            self._reviews.file_extension(logged, incident.incident_number)
            self._incident_notices.extend(logged, extension, incident)

    def _end_items(self, items: Iterable[EndedItem], at_time: int) -> None:
        """Delete the content of links that an ended delegate made, and notify holders of the transfers that such a
        delegate asked for. Until then a link is refused, and no transfer is listed, because the delegation ended.
        """
        for item in items:
            if item.kind == SIGNED:
                self._asked_transfers.end(bytes.fromhex(item.reference[2:]), at_time)
            if item.kind == LINK:
                self._links.discard(bytes.fromhex(item.reference[2:]))

    def _messages_about(self, logged: LoggedStatement) -> Iterator[Message]:
        """The messages about one statement."""
        statement, at_time, entry = logged.signed.statement, logged.accepted_at, "0x" + logged.signed.entry.entry.hex()
        match statement:
            case Consent():
                yield from _messages_to_both(statement, Event.GRANTED, entry, at_time, statement)
            case Revocation():
                state, subject = self._world.index.consent(statement.consent), "0x" + statement.consent.hex()
                ended = state.consent if state else None
                yield from _messages_to_both(statement, Event.WITHDRAWN, subject, at_time, ended)
            case Delegation(on_paper=False):
                for signer in (statement.data_subject, statement.delegate):
                    yield Message(of_person(signer), Event.NAMED, entry, at_time, {"delegate": statement.delegate_name})
            case AccessReceipt():
                if self._is_use(statement) and not self._incident_notices.count(statement, logged):
                    yield self._use_message(statement, logged.position, at_time)

    def _is_use(self, receipt: AccessReceipt) -> bool:
        """Whether the person gets a message of it. The operator's own computing for them, by their consent, gives none:
        each build of a derived record opens all its sources, and the timeline has them. Nor does leave to send them a
        message, which they get, nor what the person reads with another device of theirs.
        """
        is_use = receipt.permitted and bool(receipt.data_subject) and receipt.reason in USES
        is_use = is_use and not receipt.is_about_contact and not self._is_by_own_device(receipt)
        return is_use and (receipt.requester, receipt.action) != (self._world.gateway.address, COMPUTE)

    def _is_by_own_device(self, receipt: AccessReceipt) -> bool:
        if receipt.reason != Reason.DELEGATED:
            return False
        delegations = self._world.index.delegations_of(receipt.data_subject)
        return is_own_reading(receipt, delegations)

    def _use_message(self, receipt: AccessReceipt, position: int, at_time: int) -> Message:
        detail = {
            "by": self._name_of(receipt),
            "category": receipt.category,
            "for": receipt.purpose,
        }
        return Message(of_person(receipt.data_subject), Event.USED, f"access/{position}", at_time, detail)

    def _name_of(self, receipt: AccessReceipt) -> str:
        """The name of the requester: as a party, else as the person's delegate, else their account."""
        if party := self._world.directory.party(receipt.requester):
            return party.name
        return name_of_delegate(receipt.requester, self._world.index.delegations_of(receipt.data_subject))

    def _plan_reminder(self, logged: LoggedStatement, consent: Consent) -> None:
        ends = max((grant.expires for grant in consent.grants), default=NEVER)
        notice = min(REMIND_BEFORE, max(0, ends - logged.accepted_at) // 4)
        due = ends - notice if ends < NEVER else 0
        entry = logged.signed.entry.entry
        body = {"ends": ends}
        self._world.work_items.file(
            WorkItem(REMINDER, entry, consent.data_subject, consent.grantee, WAITING, due, body)
        )

    def _remind(self, item: WorkItem, now: int) -> None:
        state = self._world.index.consent(item.id)
        stands = state and state.stands and now < item.body["ends"]
        if state and stands:
            detail = {"grantee": state.consent.grantee_name, "ends": str(item.body["ends"])}
            self._inbox.notify(Message(of_person(item.person), Event.EXPIRING, "0x" + item.id.hex(), now, detail))
        self._world.work_items.file(replace(item, state=DONE))


def _messages_to_both(
    statement: Consent | Revocation, event: Event, subject: str, at_time: int, consent: Consent | None
) -> Iterator[Message]:
    """The messages to both sides of a consent; a role has no inbox, and a party gets none of one that only forbids."""
    yield Message(of_person(statement.data_subject), event, subject, at_time, {"grantee": statement.grantee_name})
    if statement.grantee.startswith("0x") and (consent is None or consent.permits_anything):
        yield Message(statement.grantee, event, subject, at_time, {})
