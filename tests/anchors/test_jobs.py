"""Jobs on each store; on PostgreSQL each process has a connection of its own."""

import threading
import time

import pytest

from mydata_ledger.anchors.job_worker import MAX_JOBS, JobWorker
from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel import Jobs, ScheduledJob
from testing.ledger_fixture import NOW, LedgerFixture

PATIENCE = 30


def in_threads(count, run):
    start = threading.Barrier(count)

    def begin(number):
        start.wait()
        run(number)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_of_many_that_take_the_same_job_one_does(store):
    fixture, runs = LedgerFixture(store=store), []
    jobs = [Jobs(fixture.world) for _ in range(8)]
    scheduled = [ScheduledJob(f"job {number}", 60, lambda at_time: runs.append(at_time) or 1) for number in range(3)]
    jobs[0].enqueue(scheduled)

    def take(number):
        for lease in jobs[number].take(scheduled, 10):
            lease.run()
            lease.settle()

    in_threads(8, take)
    assert runs == [NOW] * 3
    assert [(one.done, one.state) for one in jobs[3].states()] == [(1, "idle")] * 3


def test_of_many_leaders_one_enqueues(store):
    fixture = LedgerFixture(store=store)
    scheduled = [ScheduledJob("job", 60, int)]
    jobs, counts = [Jobs(fixture.world) for _ in range(8)], []
    in_threads(8, lambda number: counts.append(jobs[number].enqueue(scheduled)))
    assert sum(counts) == 1


@pytest.fixture
def fixture():
    return LedgerFixture()


def worker(fixture, scheduled, **more):
    return JobWorker(Jobs(fixture.world), scheduled, pause=0.01, **more)


def test_workers_run_each_due_time_once_and_one_without_leadership_enqueues_nothing(fixture):
    runs = []
    scheduled = [ScheduledJob("job", 60, lambda at_time: runs.append(at_time) or 1)]
    leader, other = worker(fixture, scheduled), worker(fixture, scheduled, leads=lambda: False)
    assert other.turn() == 0
    leader.start()
    other.start()
    try:
        for number in range(1, 6):
            until(lambda n=number: len(runs) == n)
            fixture.clock.passes(60)
    finally:
        leader.stop()
        other.stop()
    assert runs == sorted(set(runs))


def test_a_job_that_takes_long_holds_no_other_up(fixture):
    go, runs = threading.Event(), []
    slow = ScheduledJob("slow", 60, lambda _: go.wait(PATIENCE) and 1)
    quick = ScheduledJob("quick", 60, lambda at_time: runs.append(at_time) or 1)
    both = worker(fixture, [slow, quick])
    both.start()
    try:
        until(lambda: len(runs) == 1)
        fixture.clock.passes(60)
        until(lambda: len(runs) == 2)
    finally:
        go.set()
        both.stop()


def test_no_more_than_a_few_jobs_run_in_a_process(fixture):
    go = threading.Event()
    jobs = [ScheduledJob(f"job {number}", 60, lambda _: go.wait(PATIENCE) and 1) for number in range(MAX_JOBS + 2)]
    many = worker(fixture, jobs)
    assert (many.turn(), many.turn()) == (MAX_JOBS, 0)
    go.set()
    until(lambda: many.turn() == 2)


def test_an_outcome_is_stored_as_soon_as_the_database_takes_it(fixture, monkeypatch):
    items, refused = fixture.world.work_items, []
    original = type(items).file

    def file(self, item):
        if item.state == "idle" and len(refused) < 3:
            refused.append(item)
            raise SourceUnavailable("the database is away")
        return original(self, item)

    monkeypatch.setattr(type(items), "file", file)
    runs = []
    one = worker(fixture, [ScheduledJob("job", 60, lambda at_time: runs.append(at_time) or 1)])
    one.start()
    try:
        until(lambda: [state.done for state in Jobs(fixture.world).states()] == [1])
    finally:
        one.stop()
    assert (len(refused), runs) == (3, [NOW])


def test_a_database_that_is_away_stops_no_worker(fixture, monkeypatch):
    away = [True]
    original = type(fixture.world.work_items).items

    def items(self, *arguments, **more):
        if away:
            raise SourceUnavailable("the database is away")
        return original(self, *arguments, **more)

    monkeypatch.setattr(type(fixture.world.work_items), "items", items)
    runs = []
    one = worker(fixture, [ScheduledJob("job", 60, lambda at_time: runs.append(at_time) or 1)])
    one.start()
    try:
        time.sleep(0.05)
        away.clear()
        until(lambda: runs == [NOW])
    finally:
        one.stop()
