"""Where a signed statement that lasts (consent, delegation) is in its life: said once, for every view of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Status(StrEnum):
    """A pending one is accepted but not on chain yet, so that it permits nothing; no other than an active one does."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class EndableState(Protocol):
    """What the index knows of such a statement."""

    @property
    def anchored(self) -> bool:
        """Whether its leaf is on chain as deep as configured."""
        ...

    @property
    def revoked(self) -> bool:
        """Whether it was withdrawn."""
        ...

    @property
    def superseded(self) -> bool:
        """Whether a later version replaced it."""
        ...


def stands(state: EndableState) -> bool:
    """Whether nothing ended or replaced it."""
    return not (state.revoked or state.superseded)


def status_of(state: EndableState, expires: int, at: int) -> Status:
    """Its status at `at`, where its last window ends at `expires` (UTC seconds, exclusive)."""
    if not stands(state):
        return Status.REVOKED if state.revoked else Status.SUPERSEDED
    if expires <= at:
        return Status.EXPIRED
    return Status.ACTIVE if state.anchored else Status.PENDING
