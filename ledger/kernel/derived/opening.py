"""Permitted payloads, opened in groups inside the operator's process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel.decisions.group_opening import GroupOpening, OpenItem

T = TypeVar("T")


def opened(opening: GroupOpening, items: Sequence[tuple[T, OpenItem]]) -> Iterator[tuple[T, bytes]]:
    """The content of each item that opens, with what it belongs to. One that was erased meanwhile, altered, lost,
    or too large to be read whole is left out. Raises SourceUnavailable.
    """
    outcomes = opening.outcomes([item for _, item in items])
    for (owner, _), outcome in zip(items, outcomes, strict=True):
        if isinstance(outcome, SourceUnavailable):
            raise outcome
        if isinstance(outcome, Content):
            yield owner, outcome.content
