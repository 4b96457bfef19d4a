"""Periodic jobs: the leader makes them due, and any process takes one by compare-and-set and runs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from mydata_ledger.ledger.kernel.jobs.due_times import unused_from
from mydata_ledger.ledger.kernel.jobs.lease import IDLE, RUNNING, WAITING, JobLease, ScheduledJob
from mydata_ledger.ledger.kernel.jobs.lease_watch import LEASE, LeaseWatch
from mydata_ledger.ledger.kernel.tries import INTERRUPTED, begin_try, has_tries, next_try
from mydata_ledger.ledger.kernel.work_items import JOB, every
from mydata_ledger.ledger.kernel.world import World
from mydata_ledger.ledger.work_item import WorkItem

__all__ = ["LEASE", "JobFailure", "JobLease", "JobState", "Jobs", "ScheduledJob"]


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A due time at which a job was given up after its last try, and why."""

    at_time: int
    why: str


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as it stands.

    `state` is idle, waiting or running. `due` is when it is next due, or tried again (UTC seconds). `tries` and `why`
    are of the present due time. `done` counts the due times at which it ended well, `given_up` the others; `failures`
    are the newest of those.
    """

    name: str
    state: str
    due: int
    tries: int
    why: str
    done: int
    given_up: int
    failures: tuple[JobFailure, ...]


class Jobs:
    """One work item for each job, so that a job never runs twice at the same time.

    A process that stops renewing its lease is noticed by others on their own monotonic clocks: a jump of the time of
    day neither ends a lease nor keeps one.
    """

    def __init__(self, world: World, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._world, self._monotonic = world, monotonic
        self._watch = LeaseWatch(monotonic)

    def enqueue(self, jobs: Iterable[ScheduledJob]) -> int:
        """Make the jobs waiting whose time has come; returns how many. For the leader."""
        now, items = self._world.clock.now(), self._items()
        planned = [self._planned(job, items.get(job.name), now) for job in jobs]
        filed = [self._world.work_items.file(item) for item in planned if item]
        return sum(item is not None and item.state == WAITING for item in filed)

    @staticmethod
    def _planned(job: ScheduledJob, item: WorkItem | None, now: int) -> WorkItem | None:
        """The item with its next change; None if it stays as it is."""
        if item is None:
            body = {"name": job.name, "at": now, "attempts": 0, "why": "", "used": [], "done": 0, "given_up": 0}
            return WorkItem(JOB, _id(job.name), state=WAITING, due=now, body={**body, "failures": []})
        if item.state == IDLE and item.due > now + job.every:  # the clock went back, or the period became shorter
            return replace(item, due=unused_from(now + job.every, item.body["used"]))
        if item.state == IDLE and item.due <= now and job.is_needed():
            body = {**item.body, "at": item.due, "attempts": 0, "why": ""}
            return replace(item, state=WAITING, due=now, body=body)
        if item.state == WAITING and item.due > _latest(item, now):  # the clock went back
            return replace(item, due=now)
        return None

    def take(self, jobs: Sequence[ScheduledJob], most: int) -> Iterator[JobLease]:
        """Take up to `most` jobs that wait, or whose process ended, one after another."""
        items, taken = self._items(), 0
        for job in jobs:
            item = items.get(job.name)
            if taken < most and item and self._is_free(item) and (lease := self._take(job, item)):
                taken += 1
                yield lease

    def _take(self, job: ScheduledJob, item: WorkItem) -> JobLease | None:
        if not has_tries(item):
            JobLease(self._world, job, item, self._monotonic).give_up(item.body["why"] or INTERRUPTED)
            return None
        held = begin_try(self._world.work_items, item, state=RUNNING, due=0)
        return JobLease(self._world, job, held, self._monotonic) if held else None

    def _is_free(self, item: WorkItem) -> bool:
        """Whether the item waits and is due, or runs under a lease that was not renewed for LEASE seconds."""
        if item.state == RUNNING:
            return self._watch.is_silent(item.body["name"], item.version)
        self._watch.forget(item.body["name"])
        return item.state == WAITING and item.due <= self._world.clock.now()

    def states(self) -> list[JobState]:
        """Every job that was ever due, by name."""
        return sorted(map(_state_of, self._items().values()), key=lambda state: state.name)

    def _items(self) -> dict[str, WorkItem]:
        return {item.body["name"]: item for item in every(self._world.work_items, JOB)}


def _id(name: str) -> bytes:
    return sha256(name.encode()).digest()


def _latest(item: WorkItem, now: int) -> int:
    """When an item that waits is tried at the latest, if the clock does not jump."""
    return (next_try(item, now) or now) if item.body["attempts"] else now


def _state_of(item: WorkItem) -> JobState:
    body, failures = item.body, tuple(JobFailure(one["at"], one["why"]) for one in item.body["failures"])
    counts = body["done"], body["given_up"]
    return JobState(body["name"], item.state, item.due, body["attempts"], body["why"], *counts, failures)
