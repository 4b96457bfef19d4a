"""review: what a person must look at afterwards, by when, and what they found; every break-glass is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mydata_ledger.ledger.access import Incident
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.work_items import INCIDENT_NOTICE
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.work_item import WorkItem, new_id

REVIEWER = "reviewer"
"""The accredited role that gives verdicts; never the party that is looked into."""
BREAK_GLASS, DATA_USE = "break-glass", "data-use"
QUEUES: Mapping[str, tuple[str, ...]] = {
    BREAK_GLASS: ("justified", "unjustified"),
    DATA_USE: ("approved", "denied"),
}
"""Each queue with the verdicts it knows."""
WAITING, TOLD = "waiting", "told"
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Review:
    """One item: `party` is looked into, about `person` (signer bytes, empty for nobody); `due` in UTC seconds."""

    review_id: bytes
    queue: str
    party: str
    person: bytes
    state: str
    due: int
    verdict_reason: Mapping[str, Any]
    verdict: Mapping[str, Any]


class Reviews:
    """Items are filed by their cause's own name, so that none is filed twice and none gets lost."""

    def __init__(self, world: World) -> None:
        self._world = world

    def file_incident(self, logged: LoggedStatement) -> None:
        """Put an incident before a reviewer, once; its deadline counts from its acceptance."""
        incident = logged.signed.statement
        if not isinstance(incident, Incident):
            raise InvalidStatement("only an incident is reviewed as break-glass")
        said = {"incident_number": incident.incident_number, "reason": incident.reason, "until": incident.expires}
        due = logged.accepted_at + self._world.bounds.review_seconds
        entry, sides = logged.signed.entry.entry, (incident.data_subject, incident.responder)
        self._file(WorkItem(_kind(BREAK_GLASS), entry, *sides, WAITING, due, said))
        by = logged.accepted_at + self._world.bounds.notice_seconds
        self._file(WorkItem(INCIDENT_NOTICE, entry, *sides, WAITING, by))

    def note_notified(self, entry: bytes) -> None:
        """The person and their guardians were told of an incident; until then its notice counts as open."""
        paper = self._world.work_items.item(INCIDENT_NOTICE, entry)
        if paper is not None and paper.state == WAITING:
            self._file(replace(paper, state=TOLD, body={"told_at": self._world.clock.now()}))

    def leave(self, queue: str, party: str, said: Mapping[str, Any]) -> bytes:
        """Put a question that no rule could answer before a person; returns its id."""
        now = self._world.clock.now()
        review_id = new_id(now)
        due = now + self._world.bounds.review_seconds
        self._file(WorkItem(_kind(queue), review_id, party=party, state=WAITING, due=due, body=dict(said)))
        return review_id

    def queue(self, reviewer: str, queue: str, after: bytes = b"", limit: int = 100) -> list[Review]:
        """A queue as its reviewers see it, oldest first. Raises NotEntitled, NotFound."""
        self._check_reviewer(reviewer)
        return [_review(paper) for paper in self._world.work_items.items(_kind(queue), after=after, limit=limit)]

    def about(self, data_subject: bytes) -> list[Review]:
        """Every break-glass about a person, with what the reviewers found."""
        papers = self._world.work_items.items(_kind(BREAK_GLASS), person=data_subject, limit=1_000)
        return [_review(paper) for paper in papers]

    def give_verdict(self, reviewer: str, queue: str, review_id: bytes, verdict: str, reason: str) -> Review:
        """Close an item. Raises NotEntitled, NotFound, StaleConsent when it is closed, InvalidStatement."""
        self._check_reviewer(reviewer)
        paper = self._world.work_items.item(_kind(queue), review_id)
        if paper is None:
            raise NotFound
        if paper.party == reviewer:
            raise NotEntitled("nobody reviews what they did themselves")
        if verdict not in QUEUES[queue] or not reason.strip():
            raise InvalidStatement(f"a verdict is one of {', '.join(QUEUES[queue])}, and needs a reason")
        if paper.state != WAITING:
            raise StaleConsent("the item has its verdict already; read it again")
        said = {"reviewer": reviewer, "verdict": verdict, "reason": reason, "decided_at": self._world.clock.now()}
        closed = replace(paper, state=verdict, body={**paper.body, "verdict": said})
        kept = self._world.work_items.file(closed)
        if kept is None:
            raise StaleConsent("somebody else gave a verdict just now; read it again")
        return _review(kept)

    def overdue(self) -> dict[str, int]:
        """By queue, how many items wait beyond their deadline (10,000 at most are counted), and of how many incidents
        nobody was told in time; open to everyone.
        """
        now, kinds = (
            self._world.clock.now(),
            {queue: _kind(queue) for queue in QUEUES} | {INCIDENT_NOTICE: INCIDENT_NOTICE},
        )
        return {name: len(self._world.work_items.due(kind, WAITING, now, MOST_COUNTED)) for name, kind in kinds.items()}

    def _file(self, paper: WorkItem) -> None:
        self._world.work_items.file(paper)

    def _check_reviewer(self, reviewer: str) -> None:
        party = self._world.directory.party(reviewer)
        if party is None or not party.plays(REVIEWER, self._world.clock.now()):
            raise NotEntitled("only an accredited reviewer sees this queue")


def _kind(queue: str) -> str:
    if queue not in QUEUES:
        raise NotFound
    return f"review:{queue}"


def _review(paper: WorkItem) -> Review:
    said = {name: value for name, value in paper.body.items() if name != "verdict"}
    queue, verdict = paper.kind.partition(":")[2], paper.body.get("verdict", {})
    return Review(paper.id, queue, paper.party, paper.person, paper.state, paper.due, said, verdict)
