"""Opens many permitted records inside the operator's process, in groups: keys are released together, and payloads are
read and decrypted in threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from mydata_ledger.ledger import envelope
from mydata_ledger.ledger.envelope import Content
from mydata_ledger.ledger.errors import IntegrityFailure, KeyDestroyed, SourceUnavailable, TooLarge
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.receipt import LoggedStatement

GROUP = 500
"""How many keys are released in one step."""
THREADS, WAITING = 4, 8
"""Threads that open payloads, and how many payloads are open or being opened at a time."""
T = TypeVar("T")
OpeningError = KeyDestroyed | IntegrityFailure | SourceUnavailable | TooLarge
Outcome = Content | OpeningError
"""The content of a record, or why it does not open: erased, missing or altered, in a store that does not answer, or
released as a stream only.
"""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A sealed payload to open: the id under which the keystore has its key, its CID, and the receipt that permits it.

    The content must not leave the process unchanged.
    """

    record_id: bytes
    cid: str
    receipt: LoggedStatement


class GroupOpening:
    """At any time at most `WAITING` contents are in memory, however many records are opened."""

    def __init__(self, world: World) -> None:
        self._world = world

    def outcomes(self, items: Sequence[OpenItem]) -> Iterator[Outcome]:
        """The outcome of each item, in order, while the next ones are opened.

        Raises ReceiptRequired, and opens nothing of that group, unless each receipt is durable and permits its record;
        SourceUnavailable if the keystore does not answer.
        """
        return self.results(items, _unchanged)

    def results(self, items: Sequence[OpenItem], work: Callable[[Content], T]) -> Iterator[T | OpeningError]:
        """`outcomes`, with the result of `work` instead of each content; `work` is called in the threads. Raises what
        `outcomes` and `work` raise.
        """
        for start in range(0, len(items), GROUP):
            yield from self._of_group(items[start : start + GROUP], work)

    def _of_group(self, items: Sequence[OpenItem], work: Callable[[Content], T]) -> Iterator[T | OpeningError]:
        waiting: deque[Future[T | OpeningError]] = deque()
        try:
            for item, key in zip(items, self._keys(items), strict=True):
                waiting.append(_threads().submit(self._result, item, key, work))
                if len(waiting) == WAITING:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _keys(self, items: Sequence[OpenItem]) -> list[bytes | None]:
        """The data keys, each None if it was destroyed."""
        permits = [(item.record_id, item.receipt) for item in items]
        group = self._world.keys.rewrap_group(permits, self._world.computer.public)
        return envelope.unwrap_group(group, self._world.computer, [item.record_id for item in items])

    def _result(self, item: OpenItem, key: bytes | None, work: Callable[[Content], T]) -> T | OpeningError:
        if key is None:
            return KeyDestroyed("the record's key no longer exists: it was erased")
        try:
            sealed = self._world.sealed(item.cid)
            if sealed is None:
                return TooLarge("a record of this size is handed out in pieces and not opened here")
            content = envelope.open_sealed(sealed, key, item.record_id)
        except (IntegrityFailure, SourceUnavailable) as error:
            return error
        return work(content)


def opened_or_raised(outcome: Outcome) -> Content:
    """The content, or its error raised."""
    if not isinstance(outcome, Content):
        raise outcome
    return outcome


def _unchanged(content: Content) -> Content:
    return content


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "openings")
