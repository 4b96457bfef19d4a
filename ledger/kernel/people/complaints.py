"""Complaints: a person says of a line of their timeline that it was not right, and a reviewer examines it."""

from __future__ import annotations

from mydata_ledger.ledger.emergency import Incident, IncidentExtension
from mydata_ledger.ledger.errors import NotEntitled, NotFound
from mydata_ledger.ledger.kernel.people.reviews import COMPLAINT, Review, Reviews
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.party import requester_name
from mydata_ledger.ledger.receipt import ACCESS, AccessReceipt, LoggedStatement, Statement, category_of_access


class Complaints:
    """Each line is complained about once at most; the review has the id of the line's statement, which is its entry."""

    def __init__(self, world: World, reviews: Reviews) -> None:
        self._world, self._reviews = world, reviews

    def category(self, person: bytes, position: int) -> str:
        """What the line at a position of the access log is about. Raises NotFound if it is not about this person."""
        return category_of_access(self._line(person, position).signed.statement)

    def complain(self, person: bytes, position: int, reason: str, by: bytes = b"") -> Review:
        """File the line at a position of the access log for review; a line that was filed before stays as it was, but
        the words of the person replace those of a delegate (`by`, signer bytes) for them, until the verdict.

        Raises NotFound for a line that is not about this person, NotEntitled for a delegate's own act.
        """
        logged = self._line(person, position)
        party, details = _party_of(logged.signed.statement), _details(logged, reason)
        if by not in {b"", person}:
            details |= {"by": requester_name(by)}
            if party == requester_name(by):
                raise NotEntitled("only the person themselves complains of what their delegate did")
        return self._reviews.file_once(COMPLAINT, logged.signed.entry.entry, (person, party), details)

    def _line(self, person: bytes, position: int) -> LoggedStatement:
        logged = self._world.log.statement_at(ACCESS, position)
        statement = logged.signed.statement if logged else None
        if logged is None or not isinstance(statement, AccessReceipt | Incident | IncidentExtension):
            raise NotFound
        if statement.data_subject != person:
            raise NotFound
        return logged

    def of(self, person: bytes, after: bytes = b"", limit: int = 200) -> list[Review]:
        """A person's complaints with the verdicts, by id above `after`."""
        return self._reviews.about(person, COMPLAINT, after, limit)


def _party_of(statement: Statement) -> str:
    return str(getattr(statement, "requester", "") or getattr(statement, "responder", ""))


def _details(logged: LoggedStatement, reason: str) -> dict[str, object]:
    """What a reviewer needs to find the statement, and what the person wrote."""
    kind, category = type(logged.signed.statement).__name__, category_of_access(logged.signed.statement)
    line = {"position": logged.position, "kind": kind, "category": category, "at": logged.accepted_at}
    return line | {"reason": reason}
