"""review: what a person must look at afterwards, by when, and what they found; every break-glass is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mydata_ledger.ledger.access import Incident
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound, StaleConsent
from mydata_ledger.ledger.kernel.answers import Answers
from mydata_ledger.ledger.paper import Paper, new_id
from mydata_ledger.ledger.receipt import Logged
from mydata_ledger.ledger.typed_data import Domain

REVIEWER = "reviewer"
"""The accredited role that gives verdicts; never the party that is looked into."""
BREAK_GLASS, DATA_USE = "break-glass", "data-use"
QUEUES: Mapping[str, tuple[str, ...]] = {
    BREAK_GLASS: ("justified", "unjustified"),
    DATA_USE: ("approved", "denied"),
}
"""Each queue with the verdicts it knows."""
WAITING, TOLD = "waiting", "told"
NOTICE = "break-glass-notice"
"""What must be said to the person and their guardians, by when; it stays open until it was."""
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
    said: Mapping[str, Any]
    verdict: Mapping[str, Any]


class Reviews(Answers):
    """Items are filed by their cause's own name, so that none is filed twice and none gets lost."""

    def declare(self, incident: Incident, signature: bytes, claimed: Domain | None = None) -> Logged:
        """Accept a responder's signed emergency, anchor it at once, and put it before a reviewer."""
        logged = super().declare(incident, signature, claimed)
        self.file_incident(logged)
        return logged

    def file_incident(self, logged: Logged) -> None:
        """Put an incident before a reviewer, once; its deadline counts from its acceptance."""
        incident = logged.signed.statement
        if not isinstance(incident, Incident):
            raise InvalidStatement("only an incident is reviewed as break-glass")
        said = {"incident_number": incident.incident_number, "reason": incident.reason, "until": incident.expires}
        due = logged.accepted_at + self.world.bounds.review_seconds
        entry, sides = logged.signed.entry.entry, (incident.data_subject, incident.responder)
        self._file(Paper(_kind(BREAK_GLASS), entry, *sides, WAITING, due, said))
        by = logged.accepted_at + self.world.bounds.notice_seconds
        self._file(Paper(NOTICE, entry, *sides, WAITING, by))

    def note_told(self, entry: bytes) -> None:
        """The person and their guardians were told of an incident; until then its notice counts as open."""
        paper = self.world.store.paper(NOTICE, entry)
        if paper is not None and paper.state == WAITING:
            self._file(replace(paper, state=TOLD, body={"told_at": self.world.clock.now()}))

    def leave_for_review(self, queue: str, party: str, said: Mapping[str, Any]) -> bytes:
        """Put a question that no rule could answer before a person; returns its id."""
        now = self.world.clock.now()
        review_id = new_id(now)
        due = now + self.world.bounds.review_seconds
        self._file(Paper(_kind(queue), review_id, party=party, state=WAITING, due=due, body=dict(said)))
        return review_id

    def reviews(self, reviewer: str, queue: str, after: bytes = b"", limit: int = 100) -> list[Review]:
        """A queue as its reviewers see it, oldest first. Raises NotEntitled, NotFound."""
        self._check_reviewer(reviewer)
        return [_review(paper) for paper in self.world.store.papers(_kind(queue), after=after, limit=limit)]

    def reviews_about(self, data_subject: bytes) -> list[Review]:
        """Every break-glass about a person, with what the reviewers found."""
        papers = self.world.store.papers(_kind(BREAK_GLASS), person=data_subject, limit=1_000)
        return [_review(paper) for paper in papers]

    def give_verdict(self, reviewer: str, queue: str, review_id: bytes, verdict: str, reason: str) -> Review:
        """Close an item. Raises NotEntitled, NotFound, StaleConsent when it is closed, InvalidStatement."""
        self._check_reviewer(reviewer)
        paper = self.world.store.paper(_kind(queue), review_id)
        if paper is None:
            raise NotFound
        if paper.party == reviewer:
            raise NotEntitled("nobody reviews what they did themselves")
        if verdict not in QUEUES[queue] or not reason.strip():
            raise InvalidStatement(f"a verdict is one of {', '.join(QUEUES[queue])}, and needs a reason")
        if paper.state != WAITING:
            raise StaleConsent("the item has its verdict already; read it again")
        said = {"reviewer": reviewer, "verdict": verdict, "reason": reason, "decided_at": self.world.clock.now()}
        closed = replace(paper, state=verdict, body={**paper.body, "verdict": said})
        kept = self.world.store.file(closed)
        if kept is None:
            raise StaleConsent("somebody else gave a verdict just now; read it again")
        return _review(kept)

    def overdue(self) -> dict[str, int]:
        """By queue, how many items wait beyond their deadline (10,000 at most are counted), and of how many incidents
        nobody was told in time; open to everyone.
        """
        now, kinds = self.world.clock.now(), {queue: _kind(queue) for queue in QUEUES} | {NOTICE: NOTICE}
        return {name: len(self.world.store.due(kind, WAITING, now, MOST_COUNTED)) for name, kind in kinds.items()}

    def _file(self, paper: Paper) -> None:
        self.world.store.file(paper)

    def _check_reviewer(self, reviewer: str) -> None:
        party = self.world.store.party(reviewer)
        if party is None or not party.plays(REVIEWER, self.world.clock.now()):
            raise NotEntitled("only an accredited reviewer sees this queue")


def _kind(queue: str) -> str:
    if queue not in QUEUES:
        raise NotFound
    return f"review:{queue}"


def _review(paper: Paper) -> Review:
    said = {name: value for name, value in paper.body.items() if name != "verdict"}
    queue, verdict = paper.kind.partition(":")[2], paper.body.get("verdict", {})
    return Review(paper.id, queue, paper.party, paper.person, paper.state, paper.due, said, verdict)
