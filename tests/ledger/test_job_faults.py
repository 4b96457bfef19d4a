"""Faults planted in the jobs, one at a time: the named test must notice each."""

import pytest

from mydata_ledger.ledger.kernel import jobs, tries
from mydata_ledger.ledger.kernel.jobs import due_times, lease, lease_watch
from testing.ledger_fixture import LedgerFixture
from tests.ledger import test_jobs as sound
from tests.ledger.planting import planted

FAULTS = [
    (
        "the next due time may be a used one",
        jobs,
        'due=unused_from(now + job.every, item.body["used"])',
        "due=now + job.every",
        sound.test_a_clock_that_goes_back_by_whole_periods_leads_to_due_times_between_the_used_ones,
    ),
    (
        "a job stops until the clock is where it was",
        jobs,
        "item.due > now + job.every:",
        "False:",
        sound.test_a_clock_that_goes_back_by_whole_periods_leads_to_due_times_between_the_used_ones,
    ),
    (
        "used due times are forgotten",
        due_times,
        "return continued[-MOST_RANGES:]",
        "return []",
        sound.test_a_clock_that_goes_back_by_whole_periods_leads_to_due_times_between_the_used_ones,
    ),
    (
        "each missed period is made up for",
        due_times,
        "max(0, now - last) // every + 1",
        "0 + 1",
        sound.test_what_was_missed_is_made_up_for_once,
    ),
    (
        "a job that runs is taken at once",
        lease_watch,
        "return now - since >= self._lease",
        "return True",
        sound.test_a_job_whose_process_ended_is_taken_over_after_a_minute_of_silence,
    ),
    (
        "a job that runs is never taken over",
        lease_watch,
        "return now - since >= self._lease",
        "return False",
        sound.test_a_job_whose_process_ended_is_taken_over_after_a_minute_of_silence,
    ),
    (
        "a renewed lease is taken for a silent one",
        lease_watch,
        "if seen_version != version:",
        "if False:",
        sound.test_a_lease_that_is_renewed_is_kept_for_as_long_as_the_job_runs,
    ),
    (
        "a lease is not renewed",
        lease,
        "self._file(self._item)\n",
        "pass\n",
        sound.test_a_lease_that_is_renewed_is_kept_for_as_long_as_the_job_runs,
    ),
    (
        "the lease ends by the time of day",
        jobs,
        'self._watch.is_silent(item.body["name"], item.version)',
        'self._world.clock.now() - item.body["at"] >= LEASE',
        sound.test_a_job_whose_process_ended_is_taken_over_after_a_minute_of_silence,
    ),
    (
        "a try is not counted",
        tries,
        'item.body["attempts"] + 1',
        'item.body["attempts"] + 0',
        sound.test_one_that_always_raises_is_given_up_visibly_and_due_again,
    ),
    (
        "a retry comes too early",
        jobs,
        "item.due <= self._world.clock.now()",
        "True",
        sound.test_one_that_raises_is_retried_with_growing_delays_and_the_next_go_on,
    ),
    (
        "a job that was given up is not counted",
        lease,
        'given_up=body["given_up"] + 1',
        'given_up=body["given_up"]',
        sound.test_one_that_always_raises_is_given_up_visibly_and_due_again,
    ),
    (
        "a retry waits until the clock is where it was",
        jobs,
        "item.due > _latest(item, now):",
        "False:",
        sound.test_a_retry_that_lies_far_ahead_after_the_clock_went_back_is_made_now,
    ),
    (
        "what an error says is kept",
        lease,
        "self._failed(reason_of(error))",
        "self._failed(str(error))",
        sound.test_why_says_where_it_failed_and_not_what_the_error_says,
    ),
]


@pytest.mark.parametrize(
    ("module", "good", "bad", "check"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS]
)
def test_every_planted_fault_is_noticed(module, good, bad, check):
    fixture = LedgerFixture()
    processes = sound.Process(fixture), sound.Process(fixture)
    with planted(module, good, bad), pytest.raises(AssertionError):
        check(fixture, processes)
