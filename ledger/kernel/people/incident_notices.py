"""The notice of an emergency access: one message to each recipient for one incident, which counts what was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mydata_ledger.ledger.access import Reason
from mydata_ledger.ledger.emergency import ExtendedIncident, Incident, IncidentExtension
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.work_items import INCIDENT_NOTICE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement

NOTIFIED = "told"


class IncidentNotices:
    """The work item of the notice has the ids of the messages, how many reads were counted, and up to where the access
    log was counted, so that a log which is read again counts nothing twice.
    """

    def __init__(self, world: World, inbox: Inbox) -> None:
        self._world, self._inbox = world, inbox

    def send(self, logged: LoggedStatement, incident: Incident) -> None:
        """Notify the person and those who may act for them; until then the notice counts as open."""
        entry, messages = logged.signed.entry.entry, self._notify(Event.BROKE_GLASS, logged, incident, {})
        item = self._world.work_items.item(INCIDENT_NOTICE, entry)
        if item is not None and item.state != NOTIFIED:
            body = {
                "told_at": self._world.clock.now(),
                "messages": [message.message_id.hex() for message in messages],
                "reads": 0,
                "next": 0,
            }
            self._world.work_items.file(replace(item, state=NOTIFIED, body=body))

    def extend(self, logged: LoggedStatement, extension: IncidentExtension, incident: Incident) -> None:
        """Notify the same people of an extension; its reads are counted in the notice of its incident."""
        self._notify(Event.EXTENDED, logged, incident, {"until": str(extension.until)})

    def _notify(
        self, event: Event, logged: LoggedStatement, incident: Incident, more: Mapping[str, str]
    ) -> list[Message]:
        crew, subject = self._world.directory.party(incident.responder), "0x" + logged.signed.entry.entry.hex()
        detail = {"by": crew.name if crew else incident.responder, "incident_number": incident.incident_number, **more}
        recipients = (incident.data_subject, *self._delegates(incident.data_subject, logged.accepted_at))
        messages = [Message(of_person(each), event, subject, logged.accepted_at, detail) for each in recipients]
        for message in messages:
            self._inbox.notify(message)
        return messages

    def count(self, receipt: AccessReceipt, logged: LoggedStatement) -> bool:
        """Count a read under an incident in its notice. False if there is no such notice: then the read is reported by
        itself.
        """
        if receipt.reason != Reason.BROKE_GLASS:
            return False
        emergency, entry = self._world.index.incident(receipt.justification), receipt.justification
        if isinstance(emergency, ExtendedIncident):
            entry = emergency.extension.incident
        item = self._world.work_items.item(INCIDENT_NOTICE, entry)
        if item is None or "messages" not in item.body:
            return False
        if logged.position >= item.body["next"]:
            reads = item.body["reads"] + 1
            for message_id in item.body["messages"]:
                detail = {"reads": str(reads), "last_read": str(logged.accepted_at)}
                self._inbox.add_detail(bytes.fromhex(message_id), detail)
            body = {**item.body, "reads": reads, "next": logged.position + 1}
            self._world.work_items.file(replace(item, body=body))
        return True

    def _delegates(self, data_subject: bytes, at_time: int) -> list[bytes]:
        states = self._world.index.delegations_of(data_subject)
        return sorted({s.delegation.delegate for s in states if s.entitles(s.delegation.delegate, at_time)})
