"""Complaints: a person says of a line of their timeline that it was not right, and a reviewer examines it."""

from __future__ import annotations

from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.errors import NotFound
from mydata_ledger.ledger.kernel.people.reviews import COMPLAINT, Review, Reviews
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement


class Complaints:
    """Each line is complained about once at most; the review has the id of the line's statement, which is its entry."""

    def __init__(self, world: World, reviews: Reviews) -> None:
        self._world, self._reviews = world, reviews

    def complain(self, person: bytes, position: int, reason: str) -> Review:
        """File the line at a position of the access log for review; a line that was filed before stays as it was.

        Raises NotFound for a line that is not about this person.
        """
        logged = self._world.log.statement_at(ACCESS, position)
        statement = logged.signed.statement if logged else None
        if logged is None or not isinstance(statement, AccessReceipt | Incident | IncidentExtension):
            raise NotFound
        if statement.data_subject != person:
            raise NotFound
        return self._reviews.file_once(
            COMPLAINT, logged.signed.entry.entry, (person, _party_of(statement)), _details(logged, reason)
        )

    def of(self, person: bytes, after: bytes = b"", limit: int = 200) -> list[Review]:
        """A person's complaints with the verdicts, by id above `after`."""
        return self._reviews.about(person, COMPLAINT, after, limit)


def _party_of(statement: AccessReceipt | Incident | IncidentExtension) -> str:
    return statement.requester if isinstance(statement, AccessReceipt) else statement.responder


def _details(logged: LoggedStatement, reason: str) -> dict[str, object]:
    """What a reviewer needs to find the statement, and what the person wrote."""
    kind = type(logged.signed.statement).__name__
    return {"position": logged.position, "kind": kind, "at": logged.accepted_at, "reason": reason}
