"""Job worker: one thread takes the jobs that are due and renews their leases; each job runs in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from mydata_ledger.anchors.election import Leads, always
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel import JobLease, Jobs, ScheduledJob

LOGGER = logging.getLogger("mydata.jobs")
MAX_JOBS = 4
"""Most jobs that one process runs at the same time."""
STOP_SECONDS = 5
"""Seconds for which a stop waits for the jobs that run. Another process goes on with a job that is cut off."""


class JobWorker:
    """Works in every process; only the leader makes jobs due."""

    def __init__(
        self, jobs: Jobs, scheduled: Sequence[ScheduledJob], leads: Leads = always, pause: float = 1.0
    ) -> None:
        self._jobs, self._scheduled, self._leads, self._pause = jobs, tuple(scheduled), leads, pause
        self._stopping, self._running = threading.Event(), dict[threading.Thread, JobLease]()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Start the thread, unless there are no jobs."""
        if self._scheduled:
            self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait a little for the jobs that run."""
        self._stopping.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in (self._thread, *self._running):
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def turn(self) -> int:
        """Run one round; returns how many jobs were started."""
        self._running = {thread: lease for thread, lease in self._running.items() if thread.is_alive()}
        for lease in self._running.values():
            lease.renew()
        if self._leads():
            self._jobs.enqueue(self._scheduled)
        started = 0
        for lease in self._jobs.take(self._scheduled, MAX_JOBS - len(self._running)):
            thread = threading.Thread(target=self._work, args=(lease,), name=f"job {lease.job.name}", daemon=True)
            self._running[thread] = lease
            thread.start()
            started += 1
        return started

    def _work(self, lease: JobLease) -> None:
        """Run one job, and store its outcome as soon as the database takes it."""
        if why := lease.run():
            LOGGER.warning("the job %s failed: %s", lease.job.name, why)
        while True:
            try:
                lease.settle()
                break
            except LedgerError as error:
                LOGGER.warning("the outcome of the job %s waits: %s", lease.job.name, error.code)
            if self._stopping.wait(self._pause):
                break
        if lease.is_lost:
            LOGGER.warning("another process took the job %s meanwhile", lease.job.name)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn()
            except LedgerError as error:
                LOGGER.warning("jobs wait: %s", error.code)
            except Exception:
                LOGGER.exception("jobs failed; they are tried again in the next round")
            self._stopping.wait(self._pause)
