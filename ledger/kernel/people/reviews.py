"""Reviews: items that a person must examine afterwards, by a deadline, and the verdicts; every break-glass is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.work_items import INCIDENT_NOTICE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement
from mydata_ledger.ledger.work_item import WorkItem, new_id

REVIEWER = "reviewer"
"""The accredited role that gives verdicts; never the reviewed party."""
BREAK_GLASS, DATA_USE, COMPLAINT = "break-glass", "data-use", "complaint"
QUEUES: Mapping[str, tuple[str, ...]] = {
    BREAK_GLASS: ("justified", "unjustified"),
    DATA_USE: ("approved", "denied"),
    COMPLAINT: ("upheld", "dismissed"),
}
"""Each queue with its possible verdicts."""
WAITING = "waiting"
MOST_COUNTED, MOST_LINES = 10_000, 5_000


@dataclass(frozen=True, slots=True)
class Review:
    """One item: `party` is reviewed, about `person` (signer bytes, empty for nobody); `due` is in UTC seconds."""

    review_id: bytes
    queue: str
    party: str
    person: bytes
    state: str
    due: int
    details: Mapping[str, Any]
    verdict: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IncidentReads:
    """How many permitted questions there were under an incident, by category. They are too few if `is_complete` is
    false: only the next MOST_LINES lines about the person are examined.
    """

    categories: Mapping[str, int]
    is_complete: bool


class Reviews:
    """Items are stored under the id of their cause, so that none is stored twice and none is lost."""

    def __init__(self, world: World) -> None:
        self._world = world

    def file_incident(self, logged: LoggedStatement) -> None:
        """File an incident for review, once; its deadline counts from its acceptance."""
        incident = logged.signed.statement
        if not isinstance(incident, Incident):
            raise InvalidStatement("only an incident is reviewed as break-glass")
        details = {"incident_number": incident.incident_number, "reason": incident.reason, "until": incident.expires}
        due = logged.accepted_at + self._world.bounds.review_seconds
        entry, sides = logged.signed.entry.entry, (incident.data_subject, incident.responder)
        self._file(WorkItem(_kind(BREAK_GLASS), entry, *sides, WAITING, due, details))
        by = logged.accepted_at + self._world.bounds.notice_seconds
        self._file(WorkItem(INCIDENT_NOTICE, entry, *sides, WAITING, by))

    def file_extension(self, logged: LoggedStatement, incident_number: str) -> None:
        """File an extension for review, once: it has a reason of its own, and so a verdict of its own."""
        extension = logged.signed.statement
        if not isinstance(extension, IncidentExtension):
            raise InvalidStatement("only an extension is reviewed as one")
        details = {"incident_number": incident_number, "reason": extension.reason, "until": extension.until}
        details["extends"] = "0x" + extension.incident.hex()
        due = logged.accepted_at + self._world.bounds.review_seconds
        entry, sides = logged.signed.entry.entry, (extension.data_subject, extension.responder)
        self._file(WorkItem(_kind(BREAK_GLASS), entry, *sides, WAITING, due, details))

    def leave(self, queue: str, party: str, details: Mapping[str, Any]) -> bytes:
        """File a question that no rule could answer for review; returns its id."""
        now = self._world.clock.now()
        review_id = new_id(now)
        due = now + self._world.bounds.review_seconds
        self._file(WorkItem(_kind(queue), review_id, party=party, state=WAITING, due=due, body=dict(details)))
        return review_id

    def file_once(self, queue: str, review_id: bytes, sides: tuple[bytes, str], details: Mapping[str, Any]) -> Review:
        """File an item about a person and a party, and return it; an item of this id that is there stays as it is, but
        one that was filed `by` a delegate and waits is replaced by the person's own, with its deadline.
        """
        due = self._world.clock.now() + self._world.bounds.review_seconds
        item = WorkItem(_kind(queue), review_id, *sides, WAITING, due, dict(details))
        found = self._world.work_items.item(item.kind, item.id)
        if found and found.state == WAITING and "by" in found.body and "by" not in details:
            item = replace(item, due=found.due, version=found.version)
        self._file(item)
        return _review(self._world.work_items.item(item.kind, item.id) or item)

    def queue(self, reviewer: str, queue: str, after: bytes = b"", limit: int = 100) -> list[Review]:
        """A queue as its reviewers see it, oldest first, without the items about themselves: nobody learns who
        complained of them. Raises NotEntitled, NotFound.
        """
        self._check_reviewer(reviewer)
        kind, found = _kind(queue), list[WorkItem]()
        while len(found) < limit:
            items = self._world.work_items.items(kind, after=after, limit=limit)
            found += [item for item in items if item.party != reviewer]
            if len(items) < limit:
                break
            after = items[-1].id
        return [_review(item) for item in found[:limit]]

    def about(
        self, data_subject: bytes, queue: str = BREAK_GLASS, after: bytes = b"", limit: int = 1_000
    ) -> list[Review]:
        """The items of a queue about a person, with the verdicts, by id above `after`."""
        items = self._world.work_items.items(_kind(queue), person=data_subject, after=after, limit=limit)
        return [_review(item) for item in items]

    def reads(self, reviewer: str, review_id: bytes) -> IncidentReads:
        """What was read under an incident or an extension (its entry). Raises NotEntitled, NotFound."""
        self._check_reviewer(reviewer)
        item = self._world.work_items.item(_kind(BREAK_GLASS), review_id)
        logged = self._world.log.find(ACCESS, review_id)
        if item is None or logged is None or item.party == reviewer:
            raise NotFound
        lines = self._world.index.statements_about(ACCESS, item.person, logged.position, MOST_LINES)
        receipts = (line.signed.statement for line in lines)
        found = Counter(one.category for one in receipts if isinstance(one, AccessReceipt) and _is_under(one, item))
        return IncidentReads(dict(sorted(found.items())), len(lines) < MOST_LINES)

    def of_party(self, party: str, after: bytes = b"", limit: int = 200) -> list[Review]:
        """The break-glass items of a party, with the verdicts, by id above `after`."""
        items = self._world.work_items.items(_kind(BREAK_GLASS), party=party, after=after, limit=limit)
        return [_review(item) for item in items]

    def give_verdict(self, reviewer: str, queue: str, review_id: bytes, verdict: str, reason: str) -> Review:
        """Close an item. Raises NotEntitled, NotFound (also for an item about the reviewer, who is not to learn of it),
        StaleConsent if it is closed, InvalidStatement.
        """
        self._check_reviewer(reviewer)
        item = self._world.work_items.item(_kind(queue), review_id)
        if item is None or item.party == reviewer:
            raise NotFound
        if verdict not in QUEUES[queue] or not reason.strip():
            raise InvalidStatement(f"a verdict is one of {', '.join(QUEUES[queue])}, and needs a reason")
        if item.state != WAITING:
            raise StaleConsent("the item has its verdict already; read it again")
        decision = {"reviewer": reviewer, "verdict": verdict, "reason": reason, "decided_at": self._world.clock.now()}
        closed = replace(item, state=verdict, body={**item.body, "verdict": decision})
        filed = self._world.work_items.file(closed)
        if filed is None:
            raise StaleConsent("somebody else gave a verdict just now; read it again")
        return _review(filed)

    def overdue(self) -> dict[str, int]:
        """For each queue, how many items are past their deadline (at most 10,000 are counted), and for how many
        incidents nobody was notified in time; public.
        """
        now, kinds = (
            self._world.clock.now(),
            {queue: _kind(queue) for queue in QUEUES} | {INCIDENT_NOTICE: INCIDENT_NOTICE},
        )
        return {name: len(self._world.work_items.due(kind, WAITING, now, MOST_COUNTED)) for name, kind in kinds.items()}

    def _file(self, item: WorkItem) -> None:
        self._world.work_items.file(item)

    def _check_reviewer(self, reviewer: str) -> None:
        party = self._world.directory.party(reviewer)
        if party is None or not party.plays(REVIEWER, self._world.clock.now()):
            raise NotEntitled("only an accredited reviewer sees this queue")


def _kind(queue: str) -> str:
    if queue not in QUEUES:
        raise NotFound
    return f"review:{queue}"


def _is_under(receipt: AccessReceipt, item: WorkItem) -> bool:
    """Whether a receipt permits something under the incident of this item."""
    return receipt.permitted and receipt.justification == item.id and receipt.requester == item.party


def _review(item: WorkItem) -> Review:
    details = {name: value for name, value in item.body.items() if name != "verdict"}
    queue, verdict = item.kind.partition(":")[2], item.body.get("verdict", {})
    return Review(item.id, queue, item.party, item.person, item.state, item.due, details, verdict)
