"""A record issued to the wrong person: its holder withdraws it and issues it to the right one, in one transaction."""

from __future__ import annotations

from dataclasses import replace

from mydata_ledger.ledger.conditions import SIGNED_WITHIN
from mydata_ledger.ledger.errors import InvalidStatement, NotFound
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.people.inbox import Inbox
from mydata_ledger.ledger.kernel.records.erase import DONE, PAGE, PENDING, Erasures
from mydata_ledger.ledger.kernel.records.issue import Issues, Upload
from mydata_ledger.ledger.kernel.work_items import REISSUE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.message import Event, Message, of_person
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.record import Erasure, Issue, Record
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.work_item import WorkItem

WITHDRAWN_BEFORE = "the record was withdrawn already; it is not issued to another person again"
UNDER_WAY = "the record is being issued to another person; submit that statement again, or wait an hour"
SAME_PERSON = "the record is this person's already; to correct its content, name it in `supersedes`"


class Reissues:
    """Withdrawal is the holder's signed Erasure: what rests on the record ends as with any erasure. Both persons are
    notified, and neither message names a content or the other person.
    """

    def __init__(self, world: World, issues: Issues, erasures: Erasures, inbox: Inbox) -> None:
        self._world, self._issues, self._erasures, self._inbox = world, issues, erasures, inbox

    def draft(self, holder: str, record_id: bytes, upload: Upload) -> tuple[Draft, Draft]:
        """The erasure of the wrong record and the issue to the right person, for the holder to sign.

        Raises NotFound for a record of another holder; InvalidStatement if it is withdrawn or this person's already;
        what `Issues.draft` raises.
        """
        record = self._own(holder, record_id)
        if record.erased:
            raise InvalidStatement(WITHDRAWN_BEFORE)
        if upload.data_subject == record.issue.data_subject:
            raise InvalidStatement(SAME_PERSON)
        (issue,) = self._issues.draft(holder, [upload])
        (erasure,) = self._erasures.draft(bytes.fromhex(holder[2:]), [record_id])
        return erasure, issue

    def accept(
        self, erasure: tuple[Erasure, bytes], issue: tuple[Issue, bytes], claimed: Domain | None = None
    ) -> tuple[LoggedStatement, LoggedStatement]:
        """Log both or neither, and carry the erasure out. Submitting them again changes nothing; what a crash leaves
        undone is done in the next run.

        Raises WrongChain, SignatureInvalid, NotEntitled, NotFound, InvalidStatement.
        """
        wrong, right = erasure[0], issue[0]
        record = self._own(right.holder, wrong.record_id)
        if wrong.signer != bytes.fromhex(right.holder[2:]):
            raise InvalidStatement("the holder signs both: the erasure and the issue")
        if right.data_subject == record.issue.data_subject:
            raise InvalidStatement(SAME_PERSON)
        entries = self._issues.seal([issue])
        plan = self._world.work_items.item(REISSUE, wrong.record_id)
        if record.erased and (plan is None or plan.body["issue"] != right.record_id.hex()):
            raise InvalidStatement(WITHDRAWN_BEFORE)
        self._erasures.check([erasure], claimed)
        self._plan(record, right, plan)
        logged = self._erasures.accept([erasure], claimed, beside=entries)
        self.finish()
        return logged[0], logged[1]

    def finish(self) -> int:
        """Notify both persons of what the log accepted; returns the number of records."""
        due = self._world.work_items.due(REISSUE, PENDING, self._world.clock.now(), PAGE)
        return sum(self._finish(item) for item in due)

    def _own(self, holder: str, record_id: bytes) -> Record:
        record = self._world.index.record(record_id)
        if record is None or record.issue.holder != holder:
            raise NotFound
        return record

    def _plan(self, record: Record, right: Issue, plan: WorkItem | None) -> None:
        """Note to whom the record goes. One plan holds until its statements are too old to be logged, so that a record
        is not issued to two persons.
        """
        if record.erased:
            return
        now, body = self._world.clock.now(), {"issue": right.record_id.hex(), "to": right.data_subject.hex()}
        if plan and plan.body["issue"] != body["issue"] and now - plan.due < SIGNED_WITHIN:
            raise InvalidStatement(UNDER_WAY)
        members = record.issue.record_id, record.issue.data_subject, right.holder, PENDING, now, body
        if self._world.work_items.file(WorkItem(REISSUE, *members, plan.version if plan else 0)) is None:
            current = self._world.work_items.item(REISSUE, record.issue.record_id)
            if current is None or current.body["issue"] != body["issue"]:
                raise InvalidStatement(UNDER_WAY)

    def _finish(self, item: WorkItem) -> bool:
        issued = self._world.index.record(bytes.fromhex(item.body["issue"]))
        if issued is None:
            return False
        party, now = self._world.directory.party(item.party), item.due
        detail = {"by": party.name if party else item.party}
        wrong, right = "0x" + item.id.hex(), "0x" + item.body["issue"]
        self._inbox.notify(Message(of_person(item.person), Event.RECORD_WITHDRAWN, wrong, now, detail))
        to = of_person(bytes.fromhex(item.body["to"]))
        self._inbox.notify(Message(to, Event.RECORD_REISSUED, right, now, detail))
        return self._world.work_items.file(replace(item, state=DONE, due=0)) is not None
