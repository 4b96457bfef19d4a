"""Periodic jobs: due times, leases, retries, give-ups, and clocks that jump."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.kernel import Jobs, ScheduledJob
from mydata_ledger.ledger.kernel.jobs.due_times import MOST_RANGES, due_after, unused_from, with_used
from mydata_ledger.ledger.kernel.jobs.lease import MOST_FAILURES
from mydata_ledger.ledger.kernel.jobs.lease_watch import LEASE
from mydata_ledger.ledger.kernel.tries import INTERRUPTED, MOST_TRIES, RETRY_DELAYS
from testing.ledger_fixture import NOW, LedgerFixture
from tests.ledger.due_time_definition import MOST_IN_A_ROW, Watched

EVERY = 3_600


class Process:
    """One process: its own view of the jobs, and its own monotonic clock."""

    def __init__(self, fixture):
        self.monotonic = 0.0
        self.jobs = Jobs(fixture.world, lambda: self.monotonic)


class Work:
    """A job that remembers its due times, and fails the given number of times."""

    def __init__(self, name="count", every=EVERY, fails=0, error=ValueError):
        self.runs, self.fails, self.error = [], fails, error
        self.job = ScheduledJob(name, every, self)

    def __call__(self, at_time):
        self.runs.append(at_time)
        if self.fails:
            self.fails -= 1
            raise self.error("Ann Example, 900101-2000000")
        return 3


@pytest.fixture
def fixture():
    return LedgerFixture()


@pytest.fixture
def processes(fixture):
    return Process(fixture), Process(fixture)


def run_all(process, *works):
    """One round of a process whose jobs end at once; returns how many it ran."""
    leases = list(process.jobs.take([work.job for work in works], 10))
    for lease in leases:
        lease.run()
        lease.settle()
    return len(leases)


def state(process, name="count"):
    return {one.name: one for one in process.jobs.states()}[name]


def test_a_job_runs_at_once_and_then_once_a_period(fixture, processes):
    process, work = processes[0], Work()
    for seconds in (0, 10, EVERY - 20, 9, 1, 1, EVERY):
        fixture.clock.passes(seconds)
        process.jobs.enqueue([work.job])
        run_all(process, work)
    assert work.runs == [NOW, NOW + EVERY, NOW + 2 * EVERY]
    assert state(process).done == 3
    assert state(process).due == NOW + 3 * EVERY


def test_only_what_the_leader_enqueued_is_taken_and_by_one_process_alone(fixture, processes):
    leader, other = processes
    work = Work()
    assert run_all(other, work) == 0
    assert leader.jobs.enqueue([work.job]) == 1
    assert leader.jobs.enqueue([work.job]) == 0
    (lease,) = leader.jobs.take([work.job], 10)
    assert list(other.jobs.take([work.job], 10)) == []
    lease.run()
    lease.settle()
    assert run_all(other, work) == 0
    assert work.runs == [NOW]


def test_what_was_missed_is_made_up_for_once(fixture, processes):
    process, work = processes[0], Work()
    for _ in range(2):
        process.jobs.enqueue([work.job])
        run_all(process, work)
        fixture.clock.passes(10 * EVERY + 5)
    process.jobs.enqueue([work.job])
    run_all(process, work)
    assert work.runs == [NOW, NOW + EVERY, NOW + 11 * EVERY]


def test_one_that_raises_is_retried_with_growing_delays_and_the_next_go_on(fixture, processes):
    process, bad, good = processes[0], Work("bad", fails=2), Work("good")
    process.jobs.enqueue([bad.job, good.job])
    assert run_all(process, bad, good) == 2
    assert (len(bad.runs), len(good.runs)) == (1, 1)
    for delay in RETRY_DELAYS[:2]:
        fixture.clock.passes(delay - 1)
        assert run_all(process, bad, good) == 0
        fixture.clock.passes(1)
        assert run_all(process, bad, good) == 1
    assert bad.runs == [NOW] * 3
    assert (state(process, "bad").done, state(process, "bad").given_up, state(process, "bad").why) == (1, 0, "")


def test_one_that_always_raises_is_given_up_visibly_and_due_again(fixture, processes):
    process, bad = processes[0], Work(fails=10**6)
    process.jobs.enqueue([bad.job])
    for delay in (*RETRY_DELAYS, 0):
        assert run_all(process, bad) == 1
        fixture.clock.passes(delay)
    assert bad.runs == [NOW] * MOST_TRIES
    given_up = state(process)
    assert (given_up.state, given_up.given_up, given_up.done, given_up.tries) == ("idle", 1, 0, MOST_TRIES)
    assert [one.at_time for one in given_up.failures] == [NOW]
    assert given_up.due > fixture.clock.now()
    fixture.clock.passes(EVERY)
    process.jobs.enqueue([bad.job])
    assert run_all(process, bad) == 1
    assert bad.runs[-1] == given_up.due


def test_the_newest_failures_are_kept(fixture, processes):
    process, bad = processes[0], Work(fails=10**6)
    for _ in range(MOST_FAILURES + 3):
        process.jobs.enqueue([bad.job])
        for delay in (*RETRY_DELAYS, EVERY):
            run_all(process, bad)
            fixture.clock.passes(delay)
    assert state(process).given_up == MOST_FAILURES + 3
    assert [one.at_time for one in state(process).failures] == sorted(set(bad.runs))[3:]


def test_why_says_where_it_failed_and_not_what_the_error_says(fixture, processes):
    process = processes[0]
    for error, why in ((ValueError, f"ValueError in {__name__}, line "), (SourceUnavailable, "source_unavailable")):
        work = Work(error.__name__, fails=1, error=error)
        process.jobs.enqueue([work.job])
        run_all(process, work)
        assert state(process, error.__name__).why.startswith(why)
        assert "Ann" not in repr(process.jobs.states())


def test_a_job_that_returns_no_number_has_failed(fixture, processes):
    job = ScheduledJob("count", EVERY, lambda _: None)
    processes[0].jobs.enqueue([job])
    (lease,) = processes[0].jobs.take([job], 1)
    assert lease.run().startswith("TypeError")


def test_a_job_that_is_not_needed_is_not_due_and_comes_as_soon_as_it_is(fixture, processes):
    process, needed, work = processes[0], [], Work()
    job = ScheduledJob("count", EVERY, work, lambda: bool(needed))
    process.jobs.enqueue([job])
    run_all(process, work)
    fixture.clock.passes(5 * EVERY)
    assert process.jobs.enqueue([job]) == 0
    needed.append(1)
    assert process.jobs.enqueue([job]) == 1


def abandoned(leader, work):
    leader.jobs.enqueue([work.job])
    (lease,) = leader.jobs.take([work.job], 1)
    return lease


def test_a_job_whose_process_ended_is_taken_over_after_a_minute_of_silence(fixture, processes):
    leader, other = processes
    work = Work()
    lease = abandoned(leader, work)
    for waited in (0, LEASE - 1):
        other.monotonic = waited
        assert run_all(other, work) == 0
    other.monotonic = LEASE
    assert run_all(other, work) == 1
    assert work.runs == [NOW]
    lease.run()
    lease.settle()
    assert lease.is_lost
    assert state(other).done == 1


def test_a_lease_that_is_renewed_is_kept_for_as_long_as_the_job_runs(fixture, processes):
    leader, other = processes
    work = Work()
    lease = abandoned(leader, work)
    for second in range(0, 10 * LEASE, 10):
        leader.monotonic = other.monotonic = second
        lease.renew()
        assert run_all(other, work) == 0
    lease.run()
    lease.settle()
    assert not lease.is_lost
    assert (state(other).state, state(other).done, work.runs) == ("idle", 1, [NOW])


@pytest.mark.parametrize("jump", [-(10**9), -EVERY, -1, 1, LEASE + 1, EVERY, 10**9])
def test_a_jump_of_the_clock_neither_ends_nor_keeps_a_lease(fixture, processes, jump):
    leader, other = processes
    work = Work()
    abandoned(leader, work)
    fixture.clock.passes(jump)
    other.jobs.enqueue([work.job])
    assert run_all(other, work) == 0, "the other process still runs it"
    other.monotonic = LEASE
    assert run_all(other, work) == 1, "the other process is gone"


def test_tries_that_end_the_process_count_too(fixture):
    work, current = Work(), None
    for _ in range(MOST_TRIES + 1):
        current = Process(fixture)
        current.jobs.enqueue([work.job])
        assert list(current.jobs.take([work.job], 1)) == [] or current.monotonic == 0
        current.monotonic = LEASE
        list(current.jobs.take([work.job], 1))
    assert work.runs == []
    assert [one.why for one in state(current).failures] == [INTERRUPTED]


def test_a_retry_that_lies_far_ahead_after_the_clock_went_back_is_made_now(fixture, processes):
    process, bad = processes[0], Work(fails=3)
    process.jobs.enqueue([bad.job])
    run_all(process, bad)
    fixture.clock.passes(-(10**8))
    process.jobs.enqueue([bad.job])
    assert run_all(process, bad) == 1


def test_a_clock_that_goes_back_by_whole_periods_leads_to_due_times_between_the_used_ones(fixture, processes):
    process, work = processes[0], Work()
    for _ in range(8):
        process.jobs.enqueue([work.job])
        run_all(process, work)
        fixture.clock.passes(EVERY)
    fixture.clock.passes(-6 * EVERY)
    for _ in range(6):
        process.jobs.enqueue([work.job])
        run_all(process, work)
        fixture.clock.passes(EVERY)
    assert len(work.runs) == len(set(work.runs)) >= 8 + 4
    assert work.runs[8] == NOW + 3 * EVERY + 1


STEPS = some.lists(
    some.one_of(
        some.integers(1, 400).map(lambda n: ("passes", n)),
        some.integers(-100_000, 100_000).map(lambda n: ("jumps", n)),
        some.sampled_from([("jumps", -100), ("jumps", -200), ("jumps", -101), ("failing", 1), ("failing", 3)]),
    ),
    max_size=40,
)


class Life:
    """One process that looks every second, a job that may fail, and what the definition says of its runs."""

    def __init__(self, every):
        self.fixture, self.watched, self.fails = LedgerFixture(), Watched(every), 0
        self.in_a_row = 0
        self.process, self.job = Process(self.fixture), ScheduledJob("count", every, self.work)

    def work(self, at_time):
        self.watched.tried()
        if self.fails and self.in_a_row < MOST_IN_A_ROW:
            self.fails, self.in_a_row = self.fails - 1, self.in_a_row + 1
            raise ValueError
        self.in_a_row = 0
        self.watched.ran(at_time)
        return 0

    def passes(self, seconds):
        for _ in range(seconds):
            self.fixture.clock.passes(1)
            self.watched.passed(1)
            self.turn()

    def jumps(self, seconds):
        self.fixture.clock.passes(seconds)
        self.watched.jumped()
        self.turn()

    def failing(self, times):
        self.fails = times

    def turn(self):
        self.process.jobs.enqueue([self.job])
        for lease in self.process.jobs.take([self.job], 1):
            lease.run()
            lease.settle()
        assert not self.watched.is_late


@settings(deadline=None)
@given(steps=STEPS, every=some.integers(90, 110))
def test_under_any_clock_no_due_time_is_run_twice_and_no_job_stops(steps, every):
    life = Life(every)
    for kind, value in [*steps, ("passes", 3 * every)]:
        getattr(life, kind)(value)
    assert life.watched.none_twice


@given(some.lists(some.tuples(some.integers(0, 500), some.integers(1, 9)), max_size=MOST_RANGES))
def test_used_due_times_are_exactly_those_that_were_used(uses):
    ranges, used = [], set()
    for at_time, every in uses:
        ranges = with_used(at_time, every, ranges)
        used.add(at_time)
    for at_time in range(520):
        assert unused_from(at_time, ranges) == next(t for t in range(at_time, 600) if t not in used)


@given(some.integers(0, 10**10), some.integers(1, 10**6), some.integers(0, 10**10))
def test_the_next_due_time_is_the_first_of_its_series_after_now(last, every, now):
    due = due_after(last, every, now)
    assert due > now
    assert due > last
    assert (due - last) % every == 0
    assert due - every <= max(now, last)
