"""Time that stands still until it is told to pass."""

from __future__ import annotations


class FixedClock:
    """A clock of UTC seconds in the hands of a test."""

    def __init__(self, at_time: int) -> None:
        self.at = at_time

    def now(self) -> int:
        """The moment it was set to."""
        return self.at

    def passes(self, seconds: int) -> None:
        """Let `seconds` go by."""
        self.at += seconds
