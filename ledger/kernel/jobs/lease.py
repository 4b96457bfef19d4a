"""The lease of one job by one process: renewed while the job runs, and ended with its outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from mydata_ledger.ledger.kernel.jobs.due_times import due_after, unused_from, with_used
from mydata_ledger.ledger.kernel.jobs.lease_watch import LEASE
from mydata_ledger.ledger.kernel.tries import next_try, reason_of
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

IDLE, WAITING, RUNNING = "idle", "waiting", "running"
MOST_FAILURES = 20
"""How many failures of a job are kept, the newest."""


def always() -> bool:
    """Return True."""
    return True


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A job: its name, its period in seconds (at least 1), and its work.

    `work` is given the due time (UTC seconds) and returns how many items it worked. After a failure it is called again
    for the same due time, and must then lead to the same end. While `is_needed` is false the job is not due.
    """

    name: str
    every: int
    work: Callable[[int], int]
    is_needed: Callable[[], bool] = always


class JobLease:
    """A job that this process has taken. One thread runs it while another one renews the lease."""

    def __init__(self, world: World, job: ScheduledJob, item: WorkItem, monotonic: Callable[[], float]) -> None:
        self._world, self.job, self._item, self._monotonic = world, job, item, monotonic
        self._lock, self._renewed_at = threading.Lock(), monotonic()
        self.is_lost, self._outcome = False, item

    def renew(self) -> None:
        """Tell the other processes that the job still runs, if that is due. Raises SourceUnavailable."""
        with self._lock:
            if self._item.state == RUNNING and self._monotonic() - self._renewed_at >= LEASE / 3:
                self._file(self._item)
                self._renewed_at = self._monotonic()

    def run(self) -> str:
        """Run the job; returns why it failed, or an empty text. What the error says is neither kept nor returned,
        because it may name people. `settle` stores the outcome.
        """
        try:
            worked = self._work()
        except Exception as error:  # a fault of one job must not stop the others
            self._outcome = self._failed(reason_of(error))
        else:
            self._outcome = self._ended(why="", worked=worked, done=self._item.body["done"] + 1)
        return str(self._outcome.body["why"])

    def _work(self) -> int:
        worked = self.job.work(self._item.body["at"])
        if not isinstance(worked, int):
            raise TypeError("a job returns how many items it worked")
        return worked

    def settle(self) -> None:
        """Store the outcome of `run`; nothing changes if another process took the job. Raises SourceUnavailable."""
        with self._lock:
            self._file(replace(self._outcome, version=self._item.version))

    def give_up(self, why: str) -> None:
        """End this due time without another try. Raises SourceUnavailable."""
        self._outcome = self._given_up(why)
        self.settle()

    def _failed(self, why: str) -> WorkItem:
        due = next_try(self._item, self._world.clock.now())
        if due is None:
            return self._given_up(why)
        return replace(self._item, state=WAITING, due=due, body={**self._item.body, "why": why})

    def _given_up(self, why: str) -> WorkItem:
        body = self._item.body
        failures = [*body["failures"], {"at": body["at"], "why": why}][-MOST_FAILURES:]
        return self._ended(why=why, failures=failures, given_up=body["given_up"] + 1)

    def _ended(self, **outcome: Any) -> WorkItem:
        """The item with this due time used and the next one planned."""
        body, period = self._item.body, self.job.every
        used = with_used(body["at"], period, body["used"])
        due = unused_from(due_after(body["at"], period, self._world.clock.now()), used)
        return replace(self._item, state=IDLE, due=due, body={**body, **outcome, "used": used})

    def _file(self, item: WorkItem) -> None:
        """Store a change, unless another process took the job."""
        filed = None if self.is_lost else self._world.work_items.file(item)
        if filed is None:
            self.is_lost = True
        else:
            self._item = filed
