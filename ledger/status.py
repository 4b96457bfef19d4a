"""The status of a signed statement that lasts (consent, delegation); every view of it uses this definition."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Status(StrEnum):
    """A pending statement is accepted but not on chain yet, so it permits nothing. Only an active one permits."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"


class EndableState(Protocol):
    """The index state of such a statement."""

    @property
    def anchored(self) -> bool:
        """Whether its leaf is on chain as deep as configured."""
        ...

    @property
    def revoked(self) -> bool:
        """Whether it was revoked."""
        ...

    @property
    def superseded(self) -> bool:
        """Whether a later version replaced it."""
        ...


def stands(state: EndableState) -> bool:
    """Whether no statement revoked or replaced it."""
    return not (state.revoked or state.superseded)


def status_of(state: EndableState, expires: int, at_time: int) -> Status:
    """Its status at `at_time`, where its last window ends at `expires` (UTC seconds, exclusive)."""
    if not stands(state):
        return Status.REVOKED if state.revoked else Status.SUPERSEDED
    if expires <= at_time:
        return Status.EXPIRED
    return Status.ACTIVE if state.anchored else Status.PENDING
