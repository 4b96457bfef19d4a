"""Group commit: one write transaction at a time; jobs that arrive meanwhile share the next one."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from mydata_ledger.anchors.store.db.engine import translated_errors
from mydata_ledger.anchors.store.db.transaction import WriterBusy, WriteTransaction
from mydata_ledger.ledger.errors import SourceUnavailable

T = TypeVar("T")
Work = Callable[[Connection], T]
BatchWork = Callable[[Connection, list[Any]], list[Any]]
MAX_GROUP_SIZE = 512
IDLE_SECONDS = 0.25
LOGGER = logging.getLogger("mydata.store")


@dataclass
class _Job:
    work: Work[Any]
    writes: bool
    batch_work: BatchWork | None = None
    payload: Any = None
    future: Future[Any] = field(default_factory=Future)
    outcome: Any = None
    error: Exception | None = None

    def run(self, connection: Connection, is_only_job: bool) -> None:
        """Run the work. If it raises an error of its own, roll back only what it wrote."""
        try:
            if is_only_job or not self.writes:
                self.outcome = self.work(connection)
                return
            connection.exec_driver_sql("SAVEPOINT job")
            self.outcome = self.work(connection)
            connection.exec_driver_sql("RELEASE SAVEPOINT job")
        except SQLAlchemyError:
            raise
        except Exception as error:
            self.error = error
            if is_only_job and self.writes:
                raise
            if self.writes:
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")

    def resolve(self) -> None:
        if self.error is None:
            self.future.set_result(self.outcome)
        else:
            self.future.set_exception(self.error)


def _run_as_batch(connection: Connection, jobs: Sequence[_Job]) -> bool:
    """Run jobs with the same batch work in one call. False, and nothing is written, if that failed."""
    batch_work = jobs[0].batch_work
    if batch_work is None or len(jobs) == 1:
        return False
    connection.exec_driver_sql("SAVEPOINT jobs")
    try:
        outcomes = batch_work(connection, [job.payload for job in jobs])
    except SQLAlchemyError:
        raise
    except Exception:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT jobs")
        return False
    connection.exec_driver_sql("RELEASE SAVEPOINT jobs")
    for job, outcome in zip(jobs, outcomes, strict=True):
        job.outcome = outcome
    return True


class GroupCommitWriter:
    """Runs write jobs in groups, one transaction per group.

    The future of a job is done when its transaction is on disk. If the work raises, the future has that error and
    nothing of the job is stored.

    Args:
        engine: Engine for write transactions.
        begin: Called before each group.
        finish: Called at the end of each group's transaction, to write what the jobs only buffered.
        idle_work: Called in its own transaction after a quarter of a second without jobs; again while it returns True.
    """

    def __init__(self, engine: Engine, begin: Callable[[], None], finish: Work[None], idle_work: Work[bool]) -> None:
        self._transactions, self._begin, self._finish, self._idle_work = (
            WriteTransaction(engine),
            begin,
            finish,
            idle_work,
        )
        self._has_idle_work, self._wrote_at = True, 0.0
        self._jobs: deque[_Job] = deque()
        self._wake_up, self._write_lock = threading.Condition(), threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], writes: bool = True) -> Future[T]:
        """Run `work` on the writer thread, in order of arrival, possibly in one transaction with other jobs.

        Args:
            work: Called with the connection of the transaction.
            writes: False if the work itself writes nothing; then it needs no savepoint.

        Returns:
            A future with the result of the work. It ends in StorageFull or SourceUnavailable if the group was not
            written.
        """
        return self._enqueue(_Job(work, writes))

    def submit_to_batch(self, batch_work: BatchWork, payload: Any) -> Future[Any]:
        """Submit work that is faster for many payloads at once.

        `batch_work` takes a list of payloads and returns their outcomes. If it fails, each payload is run by itself.
        """
        return self._enqueue(_Job(lambda connection: batch_work(connection, [payload])[0], True, batch_work, payload))

    def run_inline(self, work: Work[T], writes: bool = False) -> Future[T] | None:
        """Run work on the caller's thread, which saves two thread switches.

        Returns None, and does nothing, if the caller would have to wait for another writer or for a slow disk.
        """
        if (
            self._jobs
            or self._closed
            or not self._transactions.commits_fast
            or not self._write_lock.acquire(blocking=False)
        ):
            return None
        try:
            job = _Job(work, writes)
            self._write([job], wait=False)
        except WriterBusy:
            return None
        finally:
            self._write_lock.release()
        self._schedule_idle_work()
        return job.future

    def _schedule_idle_work(self) -> None:
        self._wrote_at = time.monotonic()
        if not self._has_idle_work:
            with self._wake_up:
                self._has_idle_work = True
                self._wake_up.notify()

    def _enqueue(self, job: _Job) -> Future[Any]:
        with self._wake_up:
            if self._closed:
                raise SourceUnavailable("the store is closed")
            self._jobs.append(job)
            self._wake_up.notify()
        return job.future

    def close(self) -> None:
        """Run the waiting jobs and end the thread."""
        with self._wake_up:
            self._closed = True
            self._wake_up.notify()
        self._thread.join()

    def _serve(self) -> None:
        while self._wait_for_jobs():
            with self._write_lock:
                self._write_next_group()
        with self._write_lock:
            self._transactions.close()

    def _wait_for_jobs(self) -> bool:
        """Wait for a job, or for the idle time to pass. False if the thread must end."""
        with self._wake_up:
            has_idle_work = self._has_idle_work
            self._wake_up.wait_for(
                lambda: self._jobs or self._closed or self._has_idle_work is not has_idle_work,
                IDLE_SECONDS if has_idle_work else None,
            )
            return bool(self._jobs) or not self._closed

    def _write_next_group(self) -> None:
        """Write the waiting jobs, or do idle work if none came. `run_inline` does not overtake waiting jobs."""
        if group := [self._jobs.popleft() for _ in range(min(len(self._jobs), MAX_GROUP_SIZE))]:
            self._write(group)
            self._has_idle_work = True
        elif self._has_idle_work and time.monotonic() - self._wrote_at >= IDLE_SECONDS:
            self._do_idle_work()

    def _do_idle_work(self) -> None:
        try:
            with translated_errors(), self._transactions.transaction() as connection:
                self._has_idle_work = self._idle_work(connection)
        except Exception:
            LOGGER.exception("idle work failed; it is tried again after the next write")
            self._has_idle_work = False

    def _write(self, group: list[_Job], wait: bool = True) -> None:
        """Write one group. Raises WriterBusy, and does nothing, if another process writes and not `wait`."""
        try:
            self._begin()
            with translated_errors(), self._transactions.transaction(wait) as connection:
                for _, same_work in groupby(group, key=lambda job: job.batch_work or id(job)):
                    jobs = list(same_work)
                    if not _run_as_batch(connection, jobs):
                        for job in jobs:
                            job.run(connection, is_only_job=len(group) == 1)
                self._finish(connection)
        except WriterBusy:
            raise
        except Exception as error:
            for job in group:
                job.error = error
        for job in group:
            job.resolve()
