"""read_on: the logs read in order, and everyone told whom a statement concerns; a crash forgets no message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mydata_ledger.ledger.access import Incident, Reason
from mydata_ledger.ledger.consent import NEVER, Consent, Revocation
from mydata_ledger.ledger.delegation import Delegation
from mydata_ledger.ledger.kernel.delivering import Delivering
from mydata_ledger.ledger.kernel.ending import Ending
from mydata_ledger.ledger.kernel.telling import AT_ONCE, REMINDER
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.paper import Paper
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, AccessReceipt, Logged

READ_TO, WAITING, DONE = "read-to", "waiting", "done"
REMIND_BEFORE = 14 * 86_400
"""Seconds before a consent ends at which its data subject is told; a short one in its last quarter."""
USES = frozenset({Reason.CONSENTED, Reason.BROKE_GLASS})


class Witnessing(Delivering, Ending):
    """How far each log was read to is a paper like any other."""

    def read_on(self) -> int:
        """Tell of everything the logs say beyond where this was read to; returns how many statements that were."""
        read = sum(self._read_log(log) for log in (CONSENTS, ACCESS))
        now = self.world.clock.now()
        for paper in self.world.store.due(REMINDER, WAITING, now, AT_ONCE):
            self._remind(paper, now)
        return read

    def _read_log(self, log: str) -> int:
        mark = self.world.store.paper(READ_TO, log.encode()) or Paper(READ_TO, log.encode(), body={"next": 0})
        start = mark.body["next"]
        for position in range(start, start + AT_ONCE):
            logged = self.world.store.at(log, position)
            if logged is None:
                break
            self.hear(logged)
            mark = replace(mark, body={"next": position + 1})
        if mark.body["next"] != start:
            self.world.store.file(mark)
        return int(mark.body["next"] - start)

    def hear(self, logged: Logged) -> None:
        """What follows from one statement; the same again follows only once."""
        for message in self._told_of(logged):
            self.tell(message)
        self.ended_by(logged)
        if isinstance(logged.signed.statement, Consent):
            self._plan_reminder(logged, logged.signed.statement)
        if isinstance(logged.signed.statement, Incident):
            self.file_incident(logged)
            self.note_told(logged.signed.entry.entry)

    def _told_of(self, logged: Logged) -> Iterator[Message]:
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
        party = self.world.store.party(receipt.requester)
        detail = {
            "by": party.name if party else receipt.requester,
            "category": receipt.category,
            "for": receipt.purpose,
        }
        return Message(of_person(receipt.data_subject), Event.USED, f"access/{position}", at, detail)

    def _delegates(self, data_subject: bytes, at: int) -> list[bytes]:
        states = self.world.store.delegations_of(data_subject)
        return sorted({s.delegation.delegate for s in states if s.entitles(s.delegation.delegate, at)})

    def _plan_reminder(self, logged: Logged, consent: Consent) -> None:
        ends = max((grant.expires for grant in consent.grants), default=NEVER)
        notice = min(REMIND_BEFORE, max(0, ends - logged.accepted_at) // 4)
        due = ends - notice if ends < NEVER else 0
        entry = logged.signed.entry.entry
        body = {"ends": ends}
        self.world.store.file(Paper(REMINDER, entry, consent.data_subject, consent.grantee, WAITING, due, body))

    def _remind(self, paper: Paper, now: int) -> None:
        state = self.world.store.consent(paper.id)
        stands = state and not (state.revoked or state.superseded) and now < paper.body["ends"]
        if state and stands:
            detail = {"grantee": state.consent.grantee_name, "ends": str(paper.body["ends"])}
            self.tell(Message(of_person(paper.person), Event.EXPIRING, "0x" + paper.id.hex(), now, detail))
        self.world.store.file(replace(paper, state=DONE))


def _between(said: Consent | Revocation, event: Event, subject: str, at: int) -> Iterator[Message]:
    """Both sides of a consent; a role has no inbox."""
    yield Message(of_person(said.data_subject), event, subject, at, {"grantee": said.grantee_name})
    if said.grantee.startswith("0x"):
        yield Message(said.grantee, event, subject, at, {})
