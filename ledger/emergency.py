"""Declared emergencies: the incident, its extension, and what they reach without consent (ADR 55)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from mydata_ledger.ledger.consent import category_covers

EXTENSION_SECONDS = 24 * 3_600
"""The longest time box of an extension."""


@dataclass(frozen=True, slots=True)
class EmergencyScope:
    """The categories that emergency access reaches, each with those below it; no other category, ever.

    `urgent` is reached under an incident, `further` too under its extension. Before the UTC second `since`, emergency
    access reached every category: decisions from before are replayed so.
    """

    urgent: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    since: int = 0

    @property
    def always(self) -> EmergencyScope:
        """This scope at every second: what is decided now never reaches more, also if the clock went back."""
        return replace(self, since=0)

    def with_scope(self, other: EmergencyScope) -> EmergencyScope:
        """This scope and what another one reaches."""
        return EmergencyScope(self.urgent + other.urgent, self.further + other.further, self.since)

    def reaches(self, category: str, at_time: int, *, extended: bool) -> bool:
        """Whether it reaches a record issued with exactly this category, at `at_time` (UTC seconds)."""
        reached = self.urgent + self.further if extended else self.urgent
        return at_time < self.since or any(category_covers(above, category) for above in reached)


NOTHING = EmergencyScope()
"""No emergency reaches anything."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A responder's signed declaration of an emergency: number, reason and time box (UTC seconds, end exclusive)."""

    responder: str
    data_subject: bytes
    incident_number: str
    reason: str
    not_before: int
    expires: int
    extended: ClassVar[bool] = False

    def covers(self, requester: str, data_subject: bytes, at_time: int) -> bool:
        """Whether this requester declared the incident for this data subject, with a number and a reason, and it is
        open at `at_time`.
        """
        return (
            (self.responder, self.data_subject) == (requester, data_subject)
            and bool(self.incident_number.strip() and self.reason.strip())
            and self.not_before <= at_time < self.expires
        )


@dataclass(frozen=True, slots=True)
class IncidentExtension:
    """A responder's signed extension of their own incident to all health data, with a reason and a time box of its own.

    `incident` is the entry of the incident (32 bytes). It is open from `not_before` until `until` (UTC seconds, end
    exclusive), at most `EXTENSION_SECONDS`.
    """

    responder: str
    data_subject: bytes
    incident: bytes
    reason: str
    not_before: int
    until: int

    def covers(self, requester: str, data_subject: bytes, at_time: int) -> bool:
        """Whether this requester signed it about this data subject, with a reason, and it is open at `at_time`."""
        return (
            (self.responder, self.data_subject) == (requester, data_subject)
            and bool(self.reason.strip())
            and self.not_before <= at_time < self.until <= self.not_before + EXTENSION_SECONDS
        )


@dataclass(frozen=True, slots=True)
class ExtendedIncident:
    """An incident with its extension, which counts in place of the incident's own time box."""

    incident: Incident
    extension: IncidentExtension
    extended: ClassVar[bool] = True

    @property
    def data_subject(self) -> bytes:
        """The data subject of the incident."""
        return self.incident.data_subject

    @property
    def incident_number(self) -> str:
        """The number of the incident."""
        return self.incident.incident_number

    def covers(self, requester: str, data_subject: bytes, at_time: int) -> bool:
        """Whether this requester extended their own incident about this data subject while it was open, and the
        extension is open at `at_time` (UTC seconds).
        """
        was_open = self.incident.covers(requester, data_subject, self.extension.not_before)
        return was_open and self.extension.covers(requester, data_subject, at_time)


Emergency = Incident | ExtendedIncident
"""What a question under an incident rests on."""
