"""What a declared emergency reaches without consent, and the extension of an incident (ADR 55)."""

from __future__ import annotations

from dataclasses import dataclass

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
