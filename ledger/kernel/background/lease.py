"""The lease of one background question by one process: renewed in a thread while the answer is computed."""

from __future__ import annotations

import threading
from typing import Self

from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.ports import WorkItems
from mydata_ledger.ledger.work_item import WorkItem


class QuestionLease:
    """A context in which other processes see that this one still works on a question."""

    def __init__(self, items: WorkItems, item: WorkItem, lease: float) -> None:
        self._items, self._pause, self._ended = items, lease / 3, threading.Event()
        self.item: WorkItem | None = item
        """The question in its newest version; None once another process has taken it."""
        self._thread = threading.Thread(target=self._renew_until_ended, name="question lease", daemon=True)

    def __enter__(self) -> Self:
        """Begin to renew the lease."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the renewals."""
        self._ended.set()
        self._thread.join()

    def _renew_until_ended(self) -> None:
        while self.item and not self._ended.wait(self._pause):
            self._renew(self.item)

    def _renew(self, item: WorkItem) -> None:
        try:
            self.item = self._items.file(item)
        except LedgerError:  # the database does not answer now; the next renewal asks it again
            return
