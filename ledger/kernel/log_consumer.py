"""read_on: the logs read in order, and everyone told whom a statement concerns; a crash forgets no message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mydata_ledger.ledger.access import Incident, Reason
from mydata_ledger.ledger.consent import NEVER, Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel.consents.endings import EndedItem, Endings
from mydata_ledger.ledger.kernel.people import People
from mydata_ledger.ledger.kernel.people.inbox import AT_ONCE
from mydata_ledger.ledger.kernel.work_items import LINK, READ_TO, REMINDER
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.work_item import WorkItem

WAITING, DONE = "waiting", "done"
CHAIN = b"chain"
"""Under this name the mark lies of how far the ends known from the chain were read."""
REMIND_BEFORE = 14 * 86_400
"""Seconds before a consent ends at which its data subject is told; a short one in its last quarter."""
USES = frozenset({Reason.CONSENTED, Reason.BROKE_GLASS})


class LogConsumer:
    """How far each log was read to is a paper like any other."""

    def __init__(self, world: World, endings: Endings, people: People) -> None:
        self._world, self._endings, self._inbox, self._links = world, endings, people.inbox, people.links
        self._reviews, self._request_on_denial = people.reviews, people.request_on_denial

    def consume(self) -> int:
        """Tell of everything the logs say beyond where this was read to; returns how many statements that were."""
        read = sum(self._read_log(log) for log in (CONSENTS, ACCESS)) + self._read_chain()
        now = self._world.clock.now()
        for paper in self._world.work_items.due(REMINDER, WAITING, now, AT_ONCE):
            self._remind(paper, now)
        return read

    def _read_log(self, log: str) -> int:
        mark = self._world.work_items.item(READ_TO, log.encode()) or WorkItem(READ_TO, log.encode(), body={"next": 0})
        start = mark.body["next"]
        for position in range(start, start + AT_ONCE):
            logged = self._world.log.statement_at(log, position)
            if logged is None:
                break
            self.process(logged)
            mark = replace(mark, body={"next": position + 1})
        if mark.body["next"] != start:
            self._world.work_items.file(mark)
        return int(mark.body["next"] - start)

    def _read_chain(self) -> int:
        """End what rested on consents and delegations that the chain said are over."""
        mark, number = self._chain_mark()
        revealed = self._world.past.revealed_since(number, AT_ONCE)
        for number, entry in revealed:
            self._end_links(self._endings.ended_on_chain(entry))
            mark = replace(mark, body={"number": number, "entry": entry.hex()})
        if revealed:
            self._world.work_items.file(mark)
        return len(revealed)

    def _chain_mark(self) -> tuple[WorkItem, int]:
        """How far the chain's ends were read; from the start where the database was rebuilt and numbers them anew."""
        mark = self._world.work_items.item(READ_TO, CHAIN)
        if mark is None:
            return WorkItem(READ_TO, CHAIN), 0
        number, entry = mark.body["number"], bytes.fromhex(mark.body["entry"])
        known = self._world.past.revealed_since(number - 1, 1)
        return mark, number if known == [(number, entry)] else 0

    def process(self, logged: LoggedStatement) -> None:
        """What follows from one statement; the same again follows only once."""
        for message in self._told_of(logged):
            self._inbox.notify(message)
        self._end_links(self._endings.ended_by(logged))
        if isinstance(logged.signed.statement, Consent):
            self._plan_reminder(logged, logged.signed.statement)
        if isinstance(logged.signed.statement, Incident):
            self._reviews.file_incident(logged)
            self._reviews.note_notified(logged.signed.entry.entry)
        self._request_on_denial.consider(logged)

    def _end_links(self, ended: Iterable[EndedItem]) -> None:
        """A link that a delegate made lets go of its content; until then it is refused because its ground is gone."""
        for one in ended:
            if one.kind == LINK:
                self._links.discard(bytes.fromhex(one.reference[2:]))

    def _told_of(self, logged: LoggedStatement) -> Iterator[Message]:
        """Who is told of a statement, and what."""
        said, at, entry = logged.signed.statement, logged.accepted_at, "0x" + logged.signed.entry.entry.hex()
        match said:
            case Consent():
                yield from _between(said, Event.GRANTED, entry, at)
            case Revocation():
                yield from _between(said, Event.WITHDRAWN, "0x" + said.consent.hex(), at)
            case Delegation(on_paper=False):
                for whom in (said.data_subject, said.delegate):
                    yield Message(of_person(whom), Event.NAMED, entry, at, {"delegate": said.delegate_name})
            case AccessReceipt():
                if said.permitted and said.data_subject and said.reason in USES:
                    yield self._use(said, logged.position, at)
            case Incident():
                yield from self._of_incident(said, entry, at)

    def _of_incident(self, incident: Incident, entry: str, at: int) -> Iterator[Message]:
        detail = {"by": incident.responder, "incident_number": incident.incident_number}
        for whom in (incident.data_subject, *self._delegates(incident.data_subject, at)):
            yield Message(of_person(whom), Event.BROKE_GLASS, entry, at, detail)

    def _use(self, receipt: AccessReceipt, position: int, at: int) -> Message:
        party = self._world.directory.party(receipt.requester)
        detail = {
            "by": party.name if party else receipt.requester,
            "category": receipt.category,
            "for": receipt.purpose,
        }
        return Message(of_person(receipt.data_subject), Event.USED, f"access/{position}", at, detail)

    def _delegates(self, data_subject: bytes, at: int) -> list[bytes]:
        states = self._world.index.delegations_of(data_subject)
        return sorted({s.delegation.delegate for s in states if s.entitles(s.delegation.delegate, at)})

    def _plan_reminder(self, logged: LoggedStatement, consent: Consent) -> None:
        ends = max((grant.expires for grant in consent.grants), default=NEVER)
        notice = min(REMIND_BEFORE, max(0, ends - logged.accepted_at) // 4)
        due = ends - notice if ends < NEVER else 0
        entry = logged.signed.entry.entry
        body = {"ends": ends}
        self._world.work_items.file(
            WorkItem(REMINDER, entry, consent.data_subject, consent.grantee, WAITING, due, body)
        )

    def _remind(self, paper: WorkItem, now: int) -> None:
        state = self._world.index.consent(paper.id)
        stands = state and state.stands and now < paper.body["ends"]
        if state and stands:
            detail = {"grantee": state.consent.grantee_name, "ends": str(paper.body["ends"])}
            self._inbox.notify(Message(of_person(paper.person), Event.EXPIRING, "0x" + paper.id.hex(), now, detail))
        self._world.work_items.file(replace(paper, state=DONE))


def _between(said: Consent | Revocation, event: Event, subject: str, at: int) -> Iterator[Message]:
    """Both sides of a consent; a role has no inbox."""
    yield Message(of_person(said.data_subject), event, subject, at, {"grantee": said.grantee_name})
    if said.grantee.startswith("0x"):
        yield Message(said.grantee, event, subject, at, {})
