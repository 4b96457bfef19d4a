"""The jobs of all services as the kernel runs them; a service that processes statements has one more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from mydata_ledger.api.slices import Slice
from mydata_ledger.ledger.kernel import Kernel, ScheduledJob
from mydata_ledger.ledger.kernel.log_positions import LogReaders
from mydata_ledger.ledger.receipt import LOGS, LoggedStatement

STATEMENTS = "statements"
FEED_PERIOD = 2
"""Seconds between two looks for statements that a service has not processed."""
MOST_PAGES = 50
"""Most pages of each log that a service processes in one run."""


def scheduled_jobs(kernel: Kernel, services: Iterable[Slice]) -> list[ScheduledJob]:
    """The jobs, each with the kernel at hand. A job is named by its service and its own name."""
    return [job for service in services for job in (*_own(kernel, service), *_feed(kernel, service))]


def _own(kernel: Kernel, service: Slice) -> list[ScheduledJob]:
    name = service.catalog.name
    return [ScheduledJob(f"{name}: {own}", job.every, partial(job.work, kernel)) for own, job in service.jobs.items()]


def _feed(kernel: Kernel, service: Slice) -> list[ScheduledJob]:
    if service.on_statement is None:
        return []
    feed = _Feed(kernel.log_readers, service.catalog.name, partial(service.on_statement, kernel))
    return [ScheduledJob(f"{service.catalog.name}: {STATEMENTS}", FEED_PERIOD, feed.work, feed.has_more)]


class _Feed:
    """Gives the statements of the logs to a service, each log from its own position."""

    def __init__(self, reader: LogReaders, name: str, process: Callable[[LoggedStatement], None]) -> None:
        self._reader, self._process = reader, process
        self._readers = {log: f"{name}/{log}" for log in LOGS}

    def has_more(self) -> bool:
        """Whether a log has statements that the service has not processed."""
        return any(self._reader.has_more(reader, log) for log, reader in self._readers.items())

    def work(self, _: int) -> int:
        """Process what is new in the logs, up to MOST_PAGES pages of each; returns how many statements."""
        return sum(self._read(log, reader) for log, reader in self._readers.items())

    def _read(self, log: str, reader: str) -> int:
        total = 0
        for _ in range(MOST_PAGES):
            if not (read := self._reader.read(reader, log, self._process)):
                break
            total += read
        return total
