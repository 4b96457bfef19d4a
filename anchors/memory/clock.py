"""A clock that a test sets."""

from __future__ import annotations


class FixedClock:
    """A clock in UTC seconds that changes only when a test changes it."""

    def __init__(self, at_time: int) -> None:
        self.at_time = at_time

    def now(self) -> int:
        """The current time in UTC seconds."""
        return self.at_time

    def passes(self, seconds: int) -> None:
        """Move the clock forward by `seconds`."""
        self.at_time += seconds
