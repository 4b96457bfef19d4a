"""A buffer for the receipts of one write transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.engine import Connection

from mydata_ledger.anchors.store.db.prepared import Driver
from mydata_ledger.anchors.store.log import receipt_queue
from mydata_ledger.anchors.store.rows.use_counts import Uses
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.receipt import LoggedStatement, SignedStatement

BACKLOG = 20_000
"""If more receipts are pending, a write transaction also indexes some, so requesters wait for it."""


@dataclass
class BufferedReceipt:
    """A receipt that is not written yet; `logged_receipt` is set once its group is written."""

    signed: SignedStatement
    accepted_at: int
    logged_receipt: LoggedStatement | None = None

    def logged(self) -> LoggedStatement:
        """The logged receipt. Raises SourceUnavailable if it was not written."""
        if self.logged_receipt is None:
            raise SourceUnavailable("the receipt was not written; ask again")
        return self.logged_receipt


class ReceiptBuffer:
    """Receipts of the open write transaction; used only by the writer. Their uses count at once."""

    def __init__(self) -> None:
        self._receipts: list[BufferedReceipt] = []
        self._counted_until, self._uses = 0, Uses()

    def clear(self) -> None:
        """Empty the buffer for a new group."""
        self._receipts, self._counted_until, self._uses = [], 0, Uses()

    def add(self, receipt: SignedStatement, accepted_at: int) -> BufferedReceipt:
        """Buffer a receipt."""
        self._receipts.append(BufferedReceipt(receipt, accepted_at))
        return self._receipts[-1]

    def uses(self) -> Uses:
        """The uses of consents by the buffered receipts."""
        for buffered in self._receipts[self._counted_until :]:
            self._uses.count(buffered.signed.statement)
        self._counted_until = len(self._receipts)
        return self._uses

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Remove the receipts that are added inside the block if it raises an error."""
        count = len(self._receipts)
        try:
            yield
        except Exception:
            self._receipts, self._counted_until, self._uses = self._receipts[:count], 0, Uses()
            raise

    def write(self, connection: Connection) -> None:
        """Write all buffered receipts in order; index some of the pending ones if there are too many."""
        for accepted_at, same_second in groupby(self._receipts, key=lambda receipt: receipt.accepted_at):
            group = list(same_second)
            for buffered, logged in zip(
                group, receipt_queue.put(connection, [p.signed for p in group], accepted_at), strict=True
            ):
                buffered.logged_receipt = logged
        driver = Driver.of(connection)
        if self._receipts and receipt_queue.end(driver) - receipt_queue.indexed_size(driver) > BACKLOG:
            receipt_queue.settle(connection, 2 * len(self._receipts))
