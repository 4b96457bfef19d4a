"""Workers of one server: started, watched and replaced. Each holds the lock of the state folder and ends with it."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
import time
from dataclasses import dataclass
from socket import socket

from fastapi import FastAPI
from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.importer import import_from_string
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.scripts.failure import Failure
from mydata_ledger.scripts.file_lock import FileLock
from mydata_ledger.scripts.inherited import end_after

LOGGER = logging.getLogger("mydata.workers")
ANSWER_SECONDS = 30
"""Seconds in which a worker that serves must answer the health check. A worker that still starts need not answer."""
TRIES = 3
LONGEST_PAUSE = 60
"""Seconds before another try; each start that failed since a worker last came to serve doubles the pause."""
CANNOT_START = "no worker can start, after {tries} tries: the reason is in the log above"


@dataclass(frozen=True)
class WorkerApp:
    """Factory of a worker's app: `module:function`, called in the worker, which ends when its parent ends."""

    factory: str
    lock: FileLock

    def __call__(self) -> FastAPI:
        """Build the app; an error of ours becomes one line of the log, and the exit code of a failed start."""
        if parent := multiprocessing.parent_process():
            end_after(parent.join)
        try:
            app: FastAPI = import_from_string(self.factory)()
        except (LedgerError, Failure) as error:
            LOGGER.error("error: %s", error)  # noqa: TRY400 - the sentence says what to do, the traceback does not
            sys.exit(STARTUP_FAILURE)
        return app


@dataclass(slots=True)
class WorkerHealth:
    """What the health check knows about one worker."""

    process: Process
    has_started: bool = False
    asked_at: float | None = None
    restart_at: float | None = None

    def fault(self, now: float, patience: float) -> str:
        """Why the worker must be replaced, or an empty text. Does not wait for an answer.

        Args:
            now: Seconds of a monotonic clock.
            patience: Seconds in which a worker that serves must answer.
        """
        if self.process.exitcode is not None:
            return _how_it_ended(self.process.exitcode)
        self._exchange(now)
        if self.has_started and self.asked_at is not None and now - self.asked_at > patience:
            self.process.process.kill()
            return f"it did not answer for {patience:.0f} seconds"
        return ""

    def serves(self) -> bool:
        """True if the worker has started and has not ended."""
        return self.has_started and self.process.exitcode is None

    def _exchange(self, now: float) -> None:
        pipe = self.process.parent_conn
        try:
            if self.asked_at is None:
                pipe.send(b"ping")
                self.asked_at = now
            if pipe.poll():
                self.has_started |= pipe.recv()
                self.asked_at = None
        except (OSError, EOFError):
            return


class Workers(Multiprocess):
    """uvicorn's supervisor, with another rule for when a worker is replaced.

    A worker that has ended, or that serves and does not answer for `timeout_worker_healthcheck` of the configuration,
    is replaced, and the log says why. A worker that still starts is left alone, however long it takes. If none serves
    and TRIES starts have failed, the supervisor ends; `failure` says so.
    """

    def __init__(self, config: Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        self.failure = ""
        self._health: dict[Process, WorkerHealth] = {}
        self._failed = 0

    def keep_subprocess_alive(self) -> None:
        """One round of the health check."""
        now, patience = time.monotonic(), float(self.config.timeout_worker_healthcheck)
        for index, process in enumerate(self.processes):
            health = self._health.setdefault(process, WorkerHealth(process))
            served = health.has_started
            if reason := health.fault(now, patience):
                self._replace(index, health, reason, now)
            elif health.has_started and not served:
                self._failed = 0
                LOGGER.info("worker %s serves", process.pid)

    def _replace(self, index: int, health: WorkerHealth, reason: str, now: float) -> None:
        if health.restart_at is None:
            self._failed += not health.has_started
            health.restart_at = now + min(2**self._failed - 1, LONGEST_PAUSE)
            LOGGER.warning("worker %s is replaced: %s", health.process.pid, reason)
        if self._failed >= TRIES and not any(one.serves() for one in self._health.values()):
            self.failure = CANNOT_START.format(tries=self._failed)
            self.should_exit.set()
        elif now >= health.restart_at:
            health.process.kill()
            health.process.join()
            del self._health[health.process]
            self.processes[index] = Process(self.config, self.sockets)
            self.processes[index].start()


def _how_it_ended(exit_code: int) -> str:
    if exit_code < 0:
        return f"it was ended by signal {-exit_code} ({signal.strsignal(-exit_code)})"
    return f"it ended with exit code {exit_code}"
