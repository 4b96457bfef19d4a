"""Time."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Time."""

    def now(self) -> int:
        """UTC seconds."""
        ...
