"""Emergencies: a responder signs an incident; it is anchored at once and filed for review."""

from __future__ import annotations

from mydata_ledger.ledger.access import RESPONDER, Incident
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled
from mydata_ledger.ledger.kernel.draft import Draft
from mydata_ledger.ledger.kernel.people.reviews import Reviews
from mydata_ledger.ledger.kernel.statement_signing import StatementSigning
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import LoggedStatement
from mydata_ledger.ledger.typed_data import Domain
from mydata_ledger.ledger.wording import ENGLISH


class Incidents:
    """Without a declared incident there is no emergency access (break-glass)."""

    def __init__(self, world: World, statements: StatementSigning, reviews: Reviews) -> None:
        self._world, self._statements, self._reviews = world, statements, reviews

    def draft(
        self, responder: str, data_subject: bytes, number: str, reason: str, seconds: int, *, language: str = ENGLISH
    ) -> Draft:
        """The declaration of an emergency, open from now. Raises InvalidStatement beyond the longest duration."""
        if not 0 < seconds <= self._world.bounds.incident_seconds:
            raise InvalidStatement(f"an incident stays open for 1 to {self._world.bounds.incident_seconds} seconds")
        now = self._world.clock.now()
        incident = Incident(responder, data_subject, number, reason, now, now + seconds)
        return self._statements.draft(incident, (self._statements.words(language).incident(incident),))

    def declare(self, incident: Incident, signature: bytes, claimed: Domain | None = None) -> LoggedStatement:
        """Accept a responder's signed incident, anchor it at once, and file it for review.

        Raises WrongChain, SignatureInvalid, NotEntitled, InvalidStatement.
        """
        self._statements.check_domain(Incident, claimed)
        signed = self._statements.seal(incident, bytes.fromhex(incident.responder[2:]), signature)
        now = self._world.clock.now()
        party = self._world.directory.party(incident.responder)
        if party is None or not party.plays(RESPONDER, now):
            raise NotEntitled("only an accredited responder may declare an incident")
        if not incident.incident_number.strip() or not incident.reason.strip():
            raise InvalidStatement("an incident needs its number and a reason")
        open_for = incident.expires - incident.not_before
        if not incident.not_before <= now < incident.expires or open_for > self._world.bounds.incident_seconds:
            raise InvalidStatement("the incident is not open now; ask for a new draft")
        logged = self._world.log.append([signed], now)[0]
        self._world.hurry()
        self._reviews.file_incident(logged)
        return logged
