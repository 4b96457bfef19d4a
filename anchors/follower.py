"""The follower reads the chain into the index: a head, revocation or party counts from a configured depth on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import NoReturn

from mydata_ledger.anchors.chain import Block, Chain, NewEvents
from mydata_ledger.anchors.chain.chain import Depth
from mydata_ledger.anchors.chain.seen import common_block, is_behind
from mydata_ledger.anchors.election import Leads, always
from mydata_ledger.anchors.ports import MAX_BLOCKS, AnchoredStore
from mydata_ledger.ledger.errors import LedgerError, SourceUnavailable
from mydata_ledger.ledger.merkle import Head
from mydata_ledger.ledger.ports import Clock
from mydata_ledger.ledger.receipt import LOGS

LOGGER = logging.getLogger("mydata.follower")
STOP_SECONDS = 5
STEADY_POLLS = 10
"""Polls after which a lagging node is reported, and one that answers again: several nodes may share one URL."""
MARKS_AT_ONCE = 2_000
"""Most marks of revocation that are written in one database transaction, since other writers wait for it."""


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
        self._deployed_at, self._is_restarted = chain.deployment.block, False
        self._events = chain.event_reader()
        self._followed: Block | None = None
        self._touched_at = self._lagging_polls = self._good_polls = 0
        self._last_error = ""

    def once(self) -> Block:
        """Bring the index up to date with the chain, and return the block that it now reflects.

        Raises SourceUnavailable when the chain does not answer, has no contracts, or holds another log than this
        database. In the last case every answer is unknown until the chain and the database agree again.
        """
        tip, seen = self._chain.tip(self._depth), self._anchoring.noted_blocks()
        if is_behind(self._chain, seen, tip):
            return self._wait_for(seen[0][0])
        common = common_block(self._chain, seen, tip)
        self._is_restarted = self._is_restarted or (bool(seen) and common is None)
        first = 0 if self._is_restarted or tip.number < self._deployed_at else self._deployed_at
        is_back = bool(seen) and common != seen[0][0]
        events = self._events.read(first, common, tip, dict(seen), is_back=is_back)
        if events.hashes or not self._touched_at:
            genesis = {} if common is not None and 0 in dict(seen) else {0: self._chain.hashes([0])[0]}
            self._follow(tip, -1 if common is None else common, events, genesis, is_back=is_back)
        else:
            self._write_events(events)
        self._events.confirm()
        self._touch(force=bool(events.hashes))
        self._followed, self._lagging_polls = tip, 0
        return tip

    def _wait_for(self, newest: int) -> Block:
        """Change nothing while the node lags. Raises SourceUnavailable if it does not catch up."""
        self._lagging_polls += 1
        if self._followed is None or self._lagging_polls > STEADY_POLLS:
            raise SourceUnavailable(f"the node lags behind block {newest}, which was seen before; check that it syncs")
        return self._followed

    def _follow(self, tip: Block, common: int, events: NewEvents, genesis: dict[int, bytes], *, is_back: bool) -> None:
        """Write what changed above block `common`.

        Everything is read before anything is written. Then revocations come first, heads that grow last, and the block
        is noted at the end. So each state in between permits only what the contracts permit at the block before or at
        this one, and a step that failed is done again from the same block (ADR 48).
        """
        heads = self._chain.heads(tip)
        if heads is None:
            self._distrust("no contracts are deployed on this chain; run scripts.deploy")
        self._check_same_logs(heads)
        if is_back:
            LOGGER.warning("the chain was reorganised or restarted; going back to block %d", max(0, common))
            self._anchoring.conceal(common)
        before = {log: self._log.last_anchored(log).head for log in LOGS}
        smaller = {log: head for log, head in heads.items() if head.size < before[log].size}
        self._roll_back(smaller, tip.number)
        self._write_events(events)
        for log, head in heads.items():
            if head.size > before[log].size:
                self._anchoring.mark_anchored(log, head, tip.number)
        newest = {number: each for number, each in events.hashes.items() if number > tip.number - MAX_BLOCKS}
        self._anchoring.note_blocks(common, genesis | newest)

    def _check_same_logs(self, heads: Mapping[str, Head]) -> None:
        for log, head in heads.items():
            if self._log.head_at(log, head.size) != head:
                self._distrust(
                    f"the chain holds another {log} log than this database; rebuild it with `mydata recover`"
                )

    def _distrust(self, reason: str) -> NoReturn:
        """Make every answer unknown until the chain and the database agree; what was last seen stays known."""
        self._anchoring.distrust(reason)
        raise SourceUnavailable(reason)

    def _roll_back(self, heads: Mapping[str, Head], block: int) -> None:
        for log, head in heads.items():
            LOGGER.warning("the %s log went back on chain to %d", log, head.size)
            self._anchoring.roll_back(log, head, block)

    def _write_events(self, events: NewEvents) -> None:
        marks = sorted(events.revoked, key=lambda mark: mark.key)  # as they lie in the index
        for start in range(0, len(marks), MARKS_AT_ONCE):
            self._anchoring.revealed(marks[start : start + MARKS_AT_ONCE])
        if events.is_whole:
            self._directory.set_parties([party for party in events.parties.values() if party])
        elif events.parties:
            self._directory.change_parties(events.parties)

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
        self._report(problem)

    def _report(self, problem: str) -> None:
        """Log a problem once, and its end when it has not come back for `STEADY_POLLS` polls."""
        self._good_polls = 0 if problem else self._good_polls + 1
        if problem and problem != self._last_error:
            LOGGER.warning("%s", problem)
            self._last_error = problem
        elif self._last_error and self._good_polls == STEADY_POLLS:
            LOGGER.warning("the chain answers again")
            self._last_error = ""
