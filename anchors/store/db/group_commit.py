"""One transaction at a time: what callers want written meanwhile is gathered into the next one (group commit)."""

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

from mydata_ledger.anchors.store.db.engine import our_errors
from mydata_ledger.anchors.store.db.transaction import WriterBusy, WriteTransaction
from mydata_ledger.ledger.errors import SourceUnavailable

T = TypeVar("T")
Work = Callable[[Connection], T]
Together = Callable[[Connection, list[Any]], list[Any]]
MOST_IN_A_GROUP = 512
QUIET_SECONDS = 0.25
LOGGER = logging.getLogger("mydata.store")


@dataclass
class _Job:
    work: Work[Any]
    writes: bool
    together: Together | None = None
    payload: Any = None
    done: Future[Any] = field(default_factory=Future)
    outcome: Any = None
    error: Exception | None = None

    def attempt(self, connection: Connection, alone: bool) -> None:
        """Do the work; if it fails on its own account, only what it wrote is taken back."""
        try:
            if alone or not self.writes:
                self.outcome = self.work(connection)
                return
            connection.exec_driver_sql("SAVEPOINT job")
            self.outcome = self.work(connection)
            connection.exec_driver_sql("RELEASE SAVEPOINT job")
        except SQLAlchemyError:
            raise
        except Exception as error:
            self.error = error
            if alone and self.writes:
                raise
            if self.writes:
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")

    def settle(self) -> None:
        if self.error is None:
            self.done.set_result(self.outcome)
        else:
            self.done.set_exception(self.error)


def _all_at_once(connection: Connection, jobs: Sequence[_Job]) -> bool:
    """Do jobs of one kind as one; whether that went well, and if not nothing of it is left."""
    together = jobs[0].together
    if together is None or len(jobs) == 1:
        return False
    connection.exec_driver_sql("SAVEPOINT jobs")
    try:
        outcomes = together(connection, [job.payload for job in jobs])
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
    """What is submitted is done once it is on disk, or ends in what the work raised and leaves no trace of it.

    `finish` is done at the end of each group, for what its works only prepared; `begin` before each. `tidy` is done,
    as long as it says that there is more, once nothing has come for a moment.
    """

    def __init__(self, engine: Engine, begin: Callable[[], None], finish: Work[None], tidy: Work[bool]) -> None:
        self._pen, self._begin, self._finish, self._tidy = WriteTransaction(engine), begin, finish, tidy
        self._untidy, self._wrote_at = True, 0.0
        self._jobs: deque[_Job] = deque()
        self._wake, self._turn = threading.Condition(), threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], writes: bool = True) -> Future[T]:
        """Do `work` in a transaction of its own or with others', in order of arrival; `writes` whether it itself does.

        Ends in StorageFull or SourceUnavailable when the group was not written.
        """
        return self._enqueue(_Job(work, writes))

    def submit_with(self, together: Together, payload: Any) -> Future[Any]:
        """The same for work that is done faster together: `together` takes payloads and returns their outcomes. Where
        it fails, each payload has its own turn.
        """
        return self._enqueue(_Job(lambda connection: together(connection, [payload])[0], True, together, payload))

    def run_inline(self, work: Work[T], writes: bool = False) -> Future[T] | None:
        """Do work on the caller's own thread, which saves two changes of threads; None, and nothing is done, where that
        would mean to wait: for others who write, or for a slow disk.
        """
        if self._jobs or self._closed or not self._pen.commits_fast or not self._turn.acquire(blocking=False):
            return None
        try:
            job = _Job(work, writes)
            self._write([job], patient=False)
        except WriterBusy:
            return None
        finally:
            self._turn.release()
        self._tidy_later()
        return job.done

    def _tidy_later(self) -> None:
        self._wrote_at = time.monotonic()
        if not self._untidy:
            with self._wake:
                self._untidy = True
                self._wake.notify()

    def _enqueue(self, job: _Job) -> Future[Any]:
        with self._wake:
            if self._closed:
                raise SourceUnavailable("the store is closed")
            self._jobs.append(job)
            self._wake.notify()
        return job.done

    def close(self) -> None:
        """Finish what is waiting, and end the thread."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _serve(self) -> None:
        while self._awaited():
            with self._turn:
                self._work_off()
        with self._turn:
            self._pen.close()

    def _awaited(self) -> bool:
        """Wait for something to write or for a moment without; whether the thread goes on."""
        with self._wake:
            untidy = self._untidy
            self._wake.wait_for(
                lambda: self._jobs or self._closed or self._untidy is not untidy, QUIET_SECONDS if untidy else None
            )
            return bool(self._jobs) or not self._closed

    def _work_off(self) -> None:
        """Write what waits, which until now kept `do_here` from going first; tidy after a moment without."""
        if group := [self._jobs.popleft() for _ in range(min(len(self._jobs), MOST_IN_A_GROUP))]:
            self._write(group)
            self._untidy = True
        elif self._untidy and time.monotonic() - self._wrote_at >= QUIET_SECONDS:
            self._clean()

    def _clean(self) -> None:
        try:
            with our_errors(), self._pen.transaction() as connection:
                self._untidy = self._tidy(connection)
        except Exception:
            LOGGER.exception("what was left for later could not be done; it is tried again after the next write")
            self._untidy = False

    def _write(self, group: list[_Job], patient: bool = True) -> None:
        """Raises Busy, with nothing done, unless `patient`."""
        try:
            self._begin()
            with our_errors(), self._pen.transaction(patient) as connection:
                for _, run in groupby(group, key=lambda job: job.together or id(job)):
                    jobs = list(run)
                    if not _all_at_once(connection, jobs):
                        for job in jobs:
                            job.attempt(connection, alone=len(group) == 1)
                self._finish(connection)
        except WriterBusy:
            raise
        except Exception as error:
            for job in group:
                job.error = error
        for job in group:
            job.settle()
