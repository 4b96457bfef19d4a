"""What the notary sees of a store whose statements are journalled: nothing that the journal has not kept."""

from __future__ import annotations

import time

from mydata_ledger.anchors.journal.journal import Journal
from mydata_ledger.anchors.notary import Outbox
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.merkle import Head

SHELVES_EVERY = 30.0
"""Seconds between looks at notices and papers: what a total loss of the database can cost of them."""


class KeptOutbox:
    """The notary's outbox over another, through a journal: what the chain commits to can be recovered (I12)."""

    def __init__(self, outbox: Outbox, journal: Journal, every: float = SHELVES_EVERY) -> None:
        self._outbox, self._journal, self._every = outbox, journal, every
        self._looked = -every

    def head(self, log: str) -> Head:
        """Size and root of everything kept."""
        self._keep()
        head = self._outbox.head_at(log, self._journal.kept(log))
        if head is None:
            raise SourceUnavailable(f"the journal has more of the {log} log than the database; run `mydata recover`")
        return head

    def head_at(self, log: str, size: int) -> Head | None:
        """The head the log had at `size`."""
        return self._outbox.head_at(log, size)

    def leaves(self, log: str, start: int, limit: int) -> list[bytes]:
        """Leaf hashes from position `start`, of statements that are kept."""
        self._keep()
        most = min(limit, self._journal.kept(log) - start)
        return self._outbox.leaves(log, start, most) if most > 0 else []

    def peaks(self, log: str, size: int) -> list[bytes]:
        """Peaks of the tree at `size`."""
        return self._outbox.peaks(log, size)

    def consistency(self, log: str, first: int, second: int) -> list[bytes]:
        """The consistency proof between two sizes."""
        return self._outbox.consistency(log, first, second)

    def pending_secrets(self, limit: int) -> list[tuple[bytes, bytes, bytes]]:
        """Secrets of revoked consents; they need no journal, the chain itself keeps them."""
        return self._outbox.pending_secrets(limit)

    def _keep(self) -> None:
        self._journal.keep_statements()
        if time.monotonic() - self._looked >= self._every:
            self._looked = time.monotonic()
            self._journal.keep_shelves()
