"""Notices leases that are not renewed, by the monotonic clock of this process."""

from __future__ import annotations

from collections.abc import Callable, Collection

LEASE = 60
"""Seconds without a renewal after which another process may take over; a lease is renewed three times as often."""


class LeaseWatch:
    """The versions of held items, and since when this process has seen each: a renewal makes a new version. A jump of
    the time of day neither ends a lease nor keeps one.
    """

    def __init__(self, monotonic: Callable[[], float], lease: float = LEASE) -> None:
        self._monotonic, self._lease = monotonic, lease
        self._seen: dict[str, tuple[int, float]] = {}

    def is_silent(self, name: str, version: int) -> bool:
        """Whether the lease of that name was not renewed for as long as this process watches it, `lease` seconds."""
        now = self._monotonic()
        seen_version, since = self._seen.setdefault(name, (version, now))
        if seen_version != version:
            self._seen[name] = (version, now)
            return False
        return now - since >= self._lease

    def forget(self, name: str) -> None:
        """Forget a lease that has ended."""
        self._seen.pop(name, None)

    def forget_others(self, names: Collection[str]) -> None:
        """Forget every lease but those of these names."""
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
