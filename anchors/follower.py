"""Chain to index: what the contracts hold, as deep as configured, is what counts as anchored."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from mydata_ledger.anchors.chain import Block, Chain
from mydata_ledger.anchors.chain.chain import Depth
from mydata_ledger.anchors.election import Leads, always
from mydata_ledger.anchors.ports import AnchoredStore
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable
from mydata_ledger.ledger.merkle import EMPTY_ROOT, Head
from mydata_ledger.ledger.ports import Clock
from mydata_ledger.ledger.receipt import LOGS

LOGGER = logging.getLogger("mydata.follower")
STOP_SECONDS = 5
REVEALS_AT_ONCE = 2_000
"""Revocations made known in one transaction: others wait for it."""
EMPTY = Head(0, EMPTY_ROOT)


class Follower:
    """Polls the chain; `depth` is how many blocks must lie on top of what counts."""

    def __init__(
        self,
        store: AnchoredStore,
        chain: Chain,
        clock: Clock,
        depth: Depth = 0,
        interval: float = 0.3,
        *,
        leads: Leads = always,
    ) -> None:
        self._log, self._anchoring, self._directory = store.log, store.anchoring, store.directory
        self._chain, self._clock, self._leads = chain, clock, leads
        self._depth, self._interval = depth, interval
        self._ends = threading.Event()
        self._thread: threading.Thread | None = None
        self._genesis = chain.deployment.block
        self._touched_at = 0
        self._trouble = ""

    def once(self) -> Block:
        """Bring the index up to the chain; returns the block it now rests on.

        Raises SourceUnavailable when the chain does not answer, has no contracts, or holds another log than this
        database; in the last case every answer is unknown until that is over.
        """
        tip = self._chain.tip(self._depth)
        noted = self._anchoring.noted_blocks()
        if noted[:1] == [(tip.number, tip.hash)] and self._touched_at:
            self._touch()
            return tip
        common = self._common(noted, tip)
        self._follow_heads(tip)
        self._follow_events(common, tip)
        self._anchoring.note_block(tip.number, tip.hash)
        self._touch(now=True)
        return tip

    def _common(self, noted: Sequence[tuple[int, bytes]], tip: Block) -> int | None:
        """The newest remembered block the chain still has; what came after it is forgotten. None when there is none."""
        known = [(number, block_hash) for number, block_hash in noted if number <= tip.number]
        if known and known == list(noted) and self._chain.hashes([known[0][0]]) == [known[0][1]]:
            return known[0][0]
        there = self._chain.hashes([number for number, _ in known]) if known else []
        shared = [number for (number, ours), theirs in zip(known, there, strict=True) if ours == theirs]
        if noted:
            LOGGER.warning("the chain was reorganised or restarted; going back to block %d", max(shared, default=0))
            self._anchoring.conceal(max(shared, default=-1))
        if tip.number < self._genesis or (noted and not shared):
            self._genesis = 0
        return max(shared, default=None)

    def _follow_heads(self, tip: Block) -> None:
        heads = self._chain.heads(tip.number)
        for log in LOGS:
            head = heads[log] if heads else EMPTY
            if self._log.head_at(log, head.size) != head:
                reason = f"the chain holds another {log} log than this database; rebuild it with `mydata recover`"
                self._anchoring.distrust(reason)
                raise SourceUnavailable(reason)
            self._follow_head(log, head, tip.number)
        if heads is None:
            raise SourceUnavailable("no contracts stand on this chain; run scripts.deploy")

    def _follow_head(self, log: str, head: Head, block: int) -> None:
        before = self._log.last_anchored(log).head
        if head.size > before.size:
            self._anchoring.mark_anchored(log, head, block)
        elif head != before:
            LOGGER.warning("the %s log went back on chain from %d to %d", log, before.size, head.size)
            self._anchoring.roll_back(log, head, block)

    def _follow_events(self, common: int | None, tip: Block) -> None:
        first = self._genesis if common is None else common + 1
        reveals = sorted(dict(self._chain.revoked(first, tip.number)).items())  # as they lie in the index
        for start in range(0, len(reveals), REVEALS_AT_ONCE):
            self._anchoring.revealed(dict(reveals[start : start + REVEALS_AT_ONCE]))
        if common is None or self._chain.parties_changed(first, tip.number):
            self._directory.set_parties(self._chain.parties(self._genesis, tip.number))

    def _touch(self, now: bool = False) -> None:
        """Say that the chain answered, at most once a second: each time is a disk sync."""
        at = self._clock.now()
        if now or at != self._touched_at:
            self._anchoring.touch(at)
            self._touched_at = at

    def start(self) -> None:
        """Follow in a thread until `stop`."""
        self._ends.clear()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; a step begun is given `STOP_SECONDS` to finish."""
        self._ends.set()
        if self._thread:
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._ends.is_set():
            if self._leads():
                self._step()
            self._ends.wait(self._interval)

    def _step(self) -> None:
        """One attempt; each trouble is said once."""
        try:
            self.once()
            trouble = ""
        except LedgerError as error:
            trouble = str(error)
        except Exception:
            LOGGER.exception("the follower met what it does not know; it goes on")
            trouble = "unknown"
        if trouble != self._trouble:
            LOGGER.warning("%s", trouble or "the chain answers again")
        self._trouble = trouble
