"""Receipts of a caller's own questions, as far as the caller may see them.

A page is filled with receipts that are shown. A short page would tell how many lie between that are hidden, and so how
many people refused or were asked about in a computation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from mydata_ledger.ledger.kernel import Kernel
from mydata_ledger.ledger.receipt import AccessReceipt, LoggedStatement

Read = Callable[[str, int, int], Sequence[LoggedStatement]]
"""From a requester, a position and a number to that many receipts next to the position, in the order of the list."""
PAGE, MOST_PAGES = 500, 100
"""Receipts that are read together, and how often for one list: beyond 50,000 that are hidden the list ends."""


def shown_receipts(kernel: Kernel, caller: str, read: Read, start: int, limit: int) -> list[LoggedStatement]:
    """The first `limit` receipts beside a position that the caller, who asked, may see: of permitted questions, about
    persons whom no consent hides.
    """
    return list(islice(_shown(kernel, caller, read, start), limit))


def _shown(kernel: Kernel, caller: str, read: Read, start: int) -> Iterator[LoggedStatement]:
    for _ in range(MOST_PAGES):
        found = read(caller, start, PAGE)
        yield from (one for one in found if is_permitted(one) and kernel.decisions.releases.names_asker(one))
        if len(found) < PAGE:
            return
        start = found[-1].position


def is_permitted(logged: LoggedStatement) -> bool:
    """Whether a receipt is that of a permitted question."""
    statement = logged.signed.statement
    return isinstance(statement, AccessReceipt) and statement.permitted
