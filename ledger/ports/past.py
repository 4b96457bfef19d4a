"""What passed beside the logs, for looking back at a moment: their sizes on chain, parties, notices, reveals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mydata_ledger.ledger.party import Party


@dataclass(frozen=True, slots=True)
class AnchoredSize:
    """How many statements of a log the chain held, and at which block that was seen."""

    size: int
    block: int


class Past(Protocol):
    """Each answer is what was so at the end of the second `at` (UTC), whatever happened since."""

    def sizes_at(self, log: str, at: int) -> AnchoredSize | None:
        """What was anchored of a log; None before this database's memory begins."""
        ...

    def reached(self, log: str, size: int) -> int | None:
        """The first second at which the chain held that many statements of the log, if it ever did."""
        ...

    def party_at(self, account: str, at: int) -> Party | None:
        """Who the directory had under that EIP-55 address."""
        ...

    def outdated_at(self, at: int) -> frozenset[bytes]:
        """The hashes of the notices that no longer stood."""
        ...

    def revealed_since(self, number: int, limit: int) -> list[tuple[int, bytes]]:
        """Entries that the chain was found to have ended, each with its number, in order, above `number`."""
        ...

    def revealed_at(self, entries: Iterable[bytes], at: int) -> frozenset[bytes]:
        """Those of the entries that the chain was known to have ended."""
        ...
