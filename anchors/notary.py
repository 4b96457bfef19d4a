"""The notary writes the logs to the chain: accepted leaves and heads, one batch a second or as soon as one is full."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from mydata_ledger.anchors.chain import Chain, Mined
from mydata_ledger.anchors.chain.chain import ContractCall
from mydata_ledger.anchors.election import Leads, always
from mydata_ledger.anchors.ports import AnchoredStore
from mydata_ledger.ledger.commitment.entry import lock_of
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS, RECORDS

LOGGER = logging.getLogger("mydata.notary")
MAX_LEAVES = 5_000
"""Most leaves in one append. They use about half of the gas that one transaction may use."""
MAX_REVOCATIONS = 200
"""Most revocations in one transaction."""
STUCK_SECONDS = 30
"""A transaction that waits longer than this is replaced by one with a higher fee."""
MAX_PAUSE_SECONDS = 30.0
STOP_SECONDS = 5


class Notary:
    """Puts new leaves, heads and revocations on chain.

    It reads the chain before each step and has no state of its own: it may be killed at any line, and another notary
    continues the work.

    Args:
        store: The logs to put on chain.
        chain: The contracts, with the key of the account that may append.
        interval: Seconds between two steps.
        batch: Most leaves of one append.
        leads: True while this process is the leader of those that share the database.
        kept: How many statements of a log a recovery would find. No more than these are put on chain (I12). Without
            it every accepted statement is.
    """

    def __init__(
        self,
        store: AnchoredStore,
        chain: Chain,
        interval: float = 1,
        batch: int = MAX_LEAVES,
        *,
        leads: Leads = always,
        kept: Callable[[str], int] | None = None,
    ) -> None:
        self._log, self._anchoring, self._chain, self._leads = store.log, store.anchoring, chain, leads
        self._recoverable = kept or (lambda log: store.log.head(log).size)
        self._interval, self._batch = interval, batch
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._full = False
        self._waiting_since = 0.0

    def once(self) -> list[Mined]:
        """Send what the chain does not have yet, and wait until it is mined.

        Raises SourceUnavailable, or the error that a revert of a contract stands for.
        """
        self._full = False
        urgency = self._urgency()
        heads = self._chain.heads()
        if heads is None:
            raise SourceUnavailable("no contracts are deployed on this chain; run scripts.deploy")
        appends = [self._append(log, heads[log]) for log in (CONSENTS, RECORDS)]
        calls = [call for call in (*appends, self._advance(heads[ACCESS]), self._revoke()) if call]
        return self._chain.send(calls, urgency) if calls and urgency else []

    def _urgency(self) -> int:
        """Return 0 while earlier transactions wait, 1 if none waits, 2 if they have waited too long."""
        if not self._chain.has_pending():
            self._waiting_since = 0.0
            return 1
        self._waiting_since = self._waiting_since or time.monotonic()
        return 2 if time.monotonic() - self._waiting_since > STUCK_SECONDS else 0

    def _append(self, log: str, on_chain: Head) -> ContractCall | None:
        self._check_same_log(log, on_chain)
        limit = min(self._batch, self._recoverable(log) - on_chain.size)
        leaves = self._anchoring.leaves(log, on_chain.size, limit) if limit > 0 else []
        self._full = self._full or len(leaves) == self._batch
        return self._chain.appending(log, leaves, self._anchoring.peaks(log, on_chain.size)) if leaves else None

    def _advance(self, on_chain: Head) -> ContractCall | None:
        self._check_same_log(ACCESS, on_chain)
        local = self._log.head_at(ACCESS, self._recoverable(ACCESS))
        if local is None:
            raise SourceUnavailable("the journal has more of the access log than the database; run `mydata recover`")
        if local.size <= on_chain.size:
            return None
        proof = self._log.consistency(ACCESS, on_chain.size, local.size) if on_chain.size else []
        return self._chain.advancing(ACCESS, local, proof)

    def _check_same_log(self, log: str, on_chain: Head) -> None:
        if self._log.head_at(log, on_chain.size) != on_chain:
            raise SourceUnavailable(f"the chain holds another {log} log than this database; nothing is sent")

    def _revoke(self) -> ContractCall | None:
        """Return the call with the secrets that the newest block of the chain does not have, or None.

        The chain may have a secret in a block that the follower has not read yet. Such a secret is not sent again.
        """
        secrets = self._anchoring.pending_secrets(MAX_REVOCATIONS)
        times = self._chain.revoked_at([lock_of(secret) for _, secret in secrets]) if secrets else []
        openings = [opening for opening, at_time in zip(secrets, times, strict=True) if not at_time]
        return self._chain.revoking(openings) if openings else None

    def start(self) -> None:
        """Run in a thread until `stop`."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="notary", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Start the next step at once: a break-glass access must be on chain soon."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread. A step that runs gets `STOP_SECONDS` to finish; the next notary continues its work."""
        self._stopping.set()
        self._wake.set()
        if self._thread:
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        pause = self._interval
        while not self._stopping.is_set():
            pause = self._step(pause)
            self._wake.wait(pause)
            self._wake.clear()

    def _step(self, pause: float) -> float:
        """Make one attempt, and return the seconds to wait before the next one."""
        if not self._leads():
            return self._interval
        try:
            self._report(self.once())
        except LedgerError as error:
            longer = min(max(pause, self._interval) * 2, MAX_PAUSE_SECONDS)
            LOGGER.warning("%s; trying again in %.0f s", error, longer)
            return longer
        except Exception:
            LOGGER.exception("an unexpected error in the notary; it continues")
            return MAX_PAUSE_SECONDS
        return 0 if self._full else self._interval

    @staticmethod
    def _report(mined: Sequence[Mined]) -> None:
        for transaction in mined:
            LOGGER.info("anchored in block %d for %d gas: %s", transaction.block, transaction.gas, transaction.hash)
