"""Ranges of blocks in requests of a size that the node accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable

T = TypeVar("T")
GROW_AFTER = 4
"""Accepted requests after which the next one is twice as long."""


class Ranges:
    """Splits ranges of blocks. A refused request is halved, down to one block; after accepted ones it grows again.

    Args:
        most: Most blocks of one request.
    """

    def __init__(self, most: int) -> None:
        self._most = self._size = most
        self._accepted = 0

    def each(self, first: int, last: int, ask: Callable[[int, int], T]) -> Iterator[T]:
        """Yield the answers for blocks `first` to `last`, in order; `ask` takes the first and last block of a request.

        Raises SourceUnavailable if a request of one block is refused.
        """
        while first <= last:
            end = min(last, first + self._size - 1)
            try:
                answer = ask(first, end)
            except LedgerError as error:
                if end == first:
                    raise SourceUnavailable(str(error)) from error
                self._size, self._accepted = (end - first + 1) // 2, 0
                continue
            self._grow()
            first = end + 1
            yield answer

    def _grow(self) -> None:
        self._accepted += 1
        if self._accepted >= GROW_AFTER:
            self._size, self._accepted = min(self._most, 2 * self._size), 0
