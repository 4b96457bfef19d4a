"""The clock port."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The source of the current time."""

    def now(self) -> int:
        """UTC seconds."""
        ...
