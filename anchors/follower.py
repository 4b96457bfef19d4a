"""The follower reads the chain into the index: a head, revocation or party counts from a configured depth on."""

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
MARKS_AT_ONCE = 2_000
"""Most marks of revocation that are written in one database transaction, since other writers wait for it."""
EMPTY = Head(0, EMPTY_ROOT)


class Follower:
    """Polls the chain, and marks in the database what the chain holds.

    Args:
        store: The logs, their anchoring state and the directory.
        chain: The contracts.
        clock: The time at which the chain answered.
        depth: How many blocks must be on top of a block before it counts.
        interval: Seconds between two polls.
        leads: True while this process is the leader of those that share the database.
    """

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
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._first_block = chain.deployment.block
        self._touched_at = 0
        self._last_error = ""

    def once(self) -> Block:
        """Bring the index up to date with the chain, and return the block that it now reflects.

        Raises SourceUnavailable when the chain does not answer, has no contracts, or holds another log than this
        database. In the last case every answer is unknown until the chain and the database agree again.
        """
        tip = self._chain.tip(self._depth)
        seen_blocks = self._anchoring.noted_blocks()
        if seen_blocks[:1] == [(tip.number, tip.hash)] and self._touched_at:
            self._touch()
            return tip
        common = self._common_block(seen_blocks, tip)
        self._follow_heads(tip)
        self._follow_events(common, tip)
        self._anchoring.note_block(tip.number, tip.hash)
        self._touch(force=True)
        return tip

    def _common_block(self, seen_blocks: Sequence[tuple[int, bytes]], tip: Block) -> int | None:
        """Return the newest seen block that the chain still has, or None. Events of later blocks are undone."""
        candidates = [(number, block_hash) for number, block_hash in seen_blocks if number <= tip.number]
        if candidates and candidates == list(seen_blocks):
            newest, block_hash = candidates[0]
            if self._chain.hashes([newest]) == [block_hash]:
                return newest
        hashes = self._chain.hashes([number for number, _ in candidates]) if candidates else []
        common = [number for (number, ours), theirs in zip(candidates, hashes, strict=True) if ours == theirs]
        if seen_blocks:
            LOGGER.warning("the chain was reorganised or restarted; going back to block %d", max(common, default=0))
            self._anchoring.conceal(max(common, default=-1))
        if tip.number < self._first_block or (seen_blocks and not common):
            self._first_block = 0
        return max(common, default=None)

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
            raise SourceUnavailable("no contracts are deployed on this chain; run scripts.deploy")

    def _follow_head(self, log: str, head: Head, block: int) -> None:
        before = self._log.last_anchored(log).head
        if head.size > before.size:
            self._anchoring.mark_anchored(log, head, block)
        elif head != before:
            LOGGER.warning("the %s log went back on chain from %d to %d", log, before.size, head.size)
            self._anchoring.roll_back(log, head, block)

    def _follow_events(self, common: int | None, tip: Block) -> None:
        first = self._first_block if common is None else common + 1
        marks = sorted(self._chain.revoked(first, tip.number), key=lambda mark: mark.key)  # as they lie in the index
        for start in range(0, len(marks), MARKS_AT_ONCE):
            self._anchoring.revealed(marks[start : start + MARKS_AT_ONCE])
        if common is None or self._chain.parties_changed(first, tip.number):
            self._directory.set_parties(self._chain.parties(self._first_block, tip.number))

    def _touch(self, force: bool = False) -> None:
        """Record that the chain answered, at most once a second, since each record is a disk sync."""
        at_time = self._clock.now()
        if force or at_time != self._touched_at:
            self._anchoring.touch(at_time)
            self._touched_at = at_time

    def start(self) -> None:
        """Follow the chain in a thread until `stop`."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread. A step that runs gets `STOP_SECONDS` to finish."""
        self._stopping.set()
        if self._thread:
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._leads():
                self._step()
            self._stopping.wait(self._interval)

    def _step(self) -> None:
        """Make one attempt. An error that repeats is logged once."""
        try:
            self.once()
            problem = ""
        except LedgerError as error:
            problem = str(error)
        except Exception:
            LOGGER.exception("an unexpected error in the follower; it continues")
            problem = "unknown"
        if problem != self._last_error:
            LOGGER.warning("%s", problem or "the chain answers again")
        self._last_error = problem
