"""The port for past states that are not in the logs: anchored sizes, parties, notices, consents ended on chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mydata_ledger.ledger.party import Party


@dataclass(frozen=True, slots=True)
class AnchoredSize:
    """How many statements of a log the chain held, and the block in which that was read."""

    size: int
    block: int


@dataclass(frozen=True, slots=True)
class HeadChange:
    """A change of the head of a log on chain: to `size` leaves from `before` leaves.

    It was read at `at_time` (UTC seconds) in the newest `block`. A later change has a higher `number`.
    """

    number: int
    at_time: int
    size: int
    block: int
    before: int


class Past(Protocol):
    """Each answer is the state at the end of the second `at_time` (UTC), whatever happened since."""

    def sizes_at(self, log: str, at_time: int) -> AnchoredSize | None:
        """The anchored size of a log; None for a time before this database's history begins."""
        ...

    def head_changes(self, log: str, below: int, step: int, limit: int) -> list[HeadChange]:
        """Changes of the head of a log with numbers below `below`, newest first, at most `limit`.

        Each is read at least `step` seconds before the one that is listed ahead of it.
        """
        ...

    def reached(self, log: str, size: int) -> int | None:
        """The first second at which the chain held that many statements of the log; None if it never did."""
        ...

    def party_at(self, account: str, at_time: int) -> Party | None:
        """The party that the directory had under that EIP-55 address."""
        ...

    def party_since(self, account: str) -> int | None:
        """The second (UTC) since which the directory has had that EIP-55 address without a break; None if it does not
        have it, or had it before this database's history begins.
        """
        ...

    def outdated_at(self, at_time: int) -> frozenset[bytes]:
        """The hashes of the notices that were replaced."""
        ...

    def newest(self) -> int:
        """The number of the newest change; 0 before the first."""
        ...

    def parties_changed_since(self, number: int, limit: int) -> list[tuple[int, str]]:
        """EIP-55 addresses of parties that were added, changed or removed, each with its number, in order, above
        `number`.
        """
        ...

    def revealed_since(self, number: int, limit: int) -> list[tuple[int, bytes]]:
        """Entries that the chain had ended, each with its number, in order, above `number`."""
        ...

    def revealed_at(self, entries: Iterable[bytes], at_time: int) -> frozenset[bytes]:
        """Those of the entries whose end on chain was known."""
        ...
