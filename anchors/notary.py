"""Log to chain: what was accepted is put under the contracts' heads, one batch a second or as soon as one is full."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from mydata_ledger.anchors.chain import Chain, Mined
from mydata_ledger.anchors.election import Leads, always
from mydata_ledger.anchors.ports import AnchoredStore
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS

LOGGER = logging.getLogger("mydata.notary")
BATCH = 5_000
"""Most leaves of one append: about half of the gas that one transaction may use."""
SECRETS = 200
"""Most revocations of one transaction."""
STUCK_SECONDS = 30
"""After which a transaction that still waits is replaced by one that pays more."""
LONGEST_PAUSE = 30.0
STOP_SECONDS = 5


class Notary:
    """Looks at the chain before each step and remembers nothing: kill it at any line, and another goes on.

    `leads` tells whether it is this one's turn, where several processes share a database. `kept` tells how many
    statements of a log a recovery would find; no more are put on chain (I12). Without it all that are accepted are.
    """

    def __init__(
        self,
        store: AnchoredStore,
        chain: Chain,
        interval: float = 1,
        batch: int = BATCH,
        *,
        leads: Leads = always,
        kept: Callable[[str], int] | None = None,
    ) -> None:
        self._log, self._anchoring, self._chain, self._leads = store.log, store.anchoring, chain, leads
        self._kept = kept or (lambda log: store.log.head(log).size)
        self._interval, self._batch = interval, batch
        self._wake, self._ends = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._full = False
        self._waiting_since = 0.0

    def once(self) -> list[Mined]:
        """Send what the chain lacks, and wait until it has it. Raises SourceUnavailable and what a revert means."""
        self._full = False
        urgency = self._urgency()
        heads = self._chain.heads()
        if heads is None:
            raise SourceUnavailable("no contracts stand on this chain; run scripts.deploy")
        appends = [self._append(log, heads[log]) for log in (CONSENTS, RECORDS)]
        calls = [call for call in (*appends, self._advance(heads[ACCESS]), self._revoke()) if call]
        return self._chain.send(calls, urgency) if calls and urgency else []

    def _urgency(self) -> int:
        """0 while earlier transactions wait, 1 when none does, 2 when they have waited too long."""
        if not self._chain.busy():
            self._waiting_since = 0.0
            return 1
        self._waiting_since = self._waiting_since or time.monotonic()
        return 2 if time.monotonic() - self._waiting_since > STUCK_SECONDS else 0

    def _append(self, log: str, there: Head) -> tuple[str, str] | None:
        self._check_ours(log, there)
        most = min(self._batch, self._kept(log) - there.size)
        leaves = self._anchoring.leaves(log, there.size, most) if most > 0 else []
        self._full = self._full or len(leaves) == self._batch
        return self._chain.appending(log, leaves, self._anchoring.peaks(log, there.size)) if leaves else None

    def _advance(self, there: Head) -> tuple[str, str] | None:
        self._check_ours(ACCESS, there)
        ours = self._log.head_at(ACCESS, self._kept(ACCESS))
        if ours is None:
            raise SourceUnavailable("the journal has more of the access log than the database; run `mydata recover`")
        if ours.size <= there.size:
            return None
        proof = self._log.consistency(ACCESS, there.size, ours.size) if there.size else []
        return self._chain.advancing(ACCESS, ours, proof)

    def _check_ours(self, log: str, there: Head) -> None:
        if self._log.head_at(log, there.size) != there:
            raise SourceUnavailable(f"the chain holds another {log} log than this database; nothing is sent")

    def _revoke(self) -> tuple[str, str] | None:
        """Secrets the chain does not have yet; what it has in blocks not followed yet is not sent again."""
        secrets = self._anchoring.pending_secrets(SECRETS)
        there = self._chain.revoked_at([entry for entry, _, _ in secrets]) if secrets else []
        openings = [(core, secret) for (_, core, secret), at in zip(secrets, there, strict=True) if not at]
        return self._chain.revoking(openings) if openings else None

    def start(self) -> None:
        """Go on in a thread until `stop`."""
        self._ends.clear()
        self._thread = threading.Thread(target=self._run, name="notary", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Do not wait for the next second: a glass was broken."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread; a step begun is given `STOP_SECONDS` to finish, the next notary takes it from there."""
        self._ends.set()
        self._wake.set()
        if self._thread:
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        pause = self._interval
        while not self._ends.is_set():
            pause = self._step(pause)
            self._wake.wait(pause)
            self._wake.clear()

    def _step(self, pause: float) -> float:
        """One attempt; returns the seconds until the next."""
        if not self._leads():
            return self._interval
        try:
            self._report(self.once())
        except LedgerError as error:
            longer = min(max(pause, self._interval) * 2, LONGEST_PAUSE)
            LOGGER.warning("%s; trying again in %.0f s", error, longer)
            return longer
        except Exception:
            LOGGER.exception("the notary met what it does not know; it goes on")
            return LONGEST_PAUSE
        return 0 if self._full else self._interval

    @staticmethod
    def _report(mined: Sequence[Mined]) -> None:
        for each in mined:
            LOGGER.info("anchored in block %d for %d gas: %s", each.block, each.gas, each.hash)
