"""Counts of how often receipts used consents, and when last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mydata_ledger.anchors.store.rows.codec import key
from mydata_ledger.ledger.receipt import AccessReceipt, Statement

ALL_RECORDS = -1
UseKey = tuple[int, int]
"""The keys of a consent's entry and of a record's id, or ALL_RECORDS."""


class Use(NamedTuple):
    """The number of uses, and the time of the last decision in UTC seconds."""

    times: int
    latest: int


class Uses:
    """Use counts. A refusal uses nothing, and neither does a permit that rests on no consent."""

    def __init__(self, counts: Iterable[tuple[int, int, int, int]] = ()) -> None:
        self._uses = {(consent, record): Use(times, latest) for consent, record, times, latest in counts}

    @classmethod
    def of_statements(cls, statements: Iterable[Statement]) -> Uses:
        """The uses by these statements."""
        uses = cls()
        for statement in statements:
            uses.count(statement)
        return uses

    def count(self, statement: Statement) -> None:
        """Add the uses by a statement: each consent that it rests on once, for its record and for all records."""
        if isinstance(statement, AccessReceipt) and statement.permitted:
            record, use = key(statement.record_id), Use(1, statement.decided_at)
            for entry in map(key, statement.consents):
                self._add((entry, record), use)
                self._add((entry, ALL_RECORDS), use)

    def merged(self, other: Uses) -> Uses:
        """The sum of these and other uses."""
        merged = Uses(iter(self))
        for consent, record, times, latest in other:
            merged._add((consent, record), Use(times, latest))
        return merged

    def of(self, consent: int, record: int) -> Use | None:
        """The uses of a consent for a record, or for ALL_RECORDS; None if there were none."""
        return self._uses.get((consent, record))

    def rows(self) -> list[Mapping[str, int]]:
        """The rows of the table of uses."""
        return [{"consent": c, "record": r, "times": times, "latest": latest} for c, r, times, latest in self]

    def __iter__(self) -> Iterator[tuple[int, int, int, int]]:
        return ((*use_key, *use) for use_key, use in self._uses.items())

    def __bool__(self) -> bool:
        return bool(self._uses)

    def _add(self, use_key: UseKey, use: Use) -> None:
        earlier = self._uses.get(use_key)
        self._uses[use_key] = Use(earlier.times + use.times, max(earlier.latest, use.latest)) if earlier else use
