"""Emergencies: a responder signs an incident, and may extend it once; each is anchored at once and reviewed."""

from __future__ import annotations

from mydata_ledger.ledger.access import RESPONDER
from mydata_ledger.ledger.emergency import ExtendedIncident, Incident, IncidentExtension
from mydata_ledger.ledger.errors import InvalidStatement, NotEntitled, NotFound
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
        self._check_responder(incident.responder, now)
        if not incident.incident_number.strip() or not incident.reason.strip():
            raise InvalidStatement("an incident needs its number and a reason")
        open_for = incident.expires - incident.not_before
        if not incident.not_before <= now < incident.expires or open_for > self._world.bounds.incident_seconds:
            raise InvalidStatement("the incident is not open now; ask for a new draft")
        logged = self._world.log.append([signed], now)[0]
        self._world.hurry()
        self._reviews.file_incident(logged)
        return logged

    def draft_extension(
        self, responder: str, incident: bytes, reason: str, seconds: int, *, language: str = ENGLISH
    ) -> Draft:
        """The extension of the responder's own open incident (its entry), open from now.

        Raises NotFound, NotEntitled, InvalidStatement.
        """
        if not 0 < seconds <= self._world.bounds.extension_seconds:
            raise InvalidStatement(f"an extension stays open for 1 to {self._world.bounds.extension_seconds} seconds")
        now = self._world.clock.now()
        declared = self._open_incident(incident, responder, now)
        extension = IncidentExtension(responder, declared.data_subject, incident, reason, now, now + seconds)
        words = self._statements.words(language)
        return self._statements.draft(extension, (words.extension(extension, declared.incident_number),))

    def extend(self, extension: IncidentExtension, signature: bytes, claimed: Domain | None = None) -> LoggedStatement:
        """Accept a responder's signed extension of their own open incident, anchor it at once, and file it for review.

        Raises WrongChain, SignatureInvalid, NotFound, NotEntitled, InvalidStatement, and StaleConsent if the incident
        was extended before.
        """
        self._statements.check_domain(IncidentExtension, claimed)
        signed = self._statements.seal(extension, bytes.fromhex(extension.responder[2:]), signature)
        now = self._world.clock.now()
        incident = self._open_incident(extension.incident, extension.responder, now)
        box = extension.until - extension.not_before
        if box > self._world.bounds.extension_seconds or not ExtendedIncident(incident, extension).covers(
            extension.responder, incident.data_subject, now
        ):
            raise InvalidStatement("the extension has no reason, or is not open now; ask for a new draft")
        logged = self._world.log.append([signed], now)[0]
        self._world.hurry()
        self._reviews.file_extension(logged, incident.incident_number)
        return logged

    def _open_incident(self, entry: bytes, responder: str, now: int) -> Incident:
        """The incident, which that accredited responder declared and which is open now."""
        incident = self._world.index.incident(entry)
        if not isinstance(incident, Incident):
            raise NotFound
        if incident.responder != responder:
            raise NotEntitled("only the responder who declared an incident may extend it")
        self._check_responder(responder, now)
        if not incident.covers(responder, incident.data_subject, now):
            raise InvalidStatement("the incident is not open now; declare a new one")
        return incident

    def _check_responder(self, account: str, now: int) -> None:
        party = self._world.directory.party(account)
        if party is None or not party.plays(RESPONDER, now):
            raise NotEntitled("only an accredited responder may declare or extend an incident")
