"""Faults planted in background questions, one at a time: the named test must notice each."""

import pytest

from mydata_ledger.anchors.memory import MemoryStore
from mydata_ledger.ledger.errors import LedgerError
from mydata_ledger.ledger.kernel import tries
from mydata_ledger.ledger.kernel.background import answers, lease, questions
from mydata_ledger.ledger.kernel.jobs import lease_watch
from tests.anchors import test_background as parallel
from tests.ledger import test_background as sound
from tests.ledger.planting import planted


def one_answer(_):
    parallel.test_of_many_that_answer_the_same_questions_one_does_each(MemoryStore())


def kept_lease(_):
    parallel.test_a_long_answer_keeps_its_question(MemoryStore())


def bound(_):
    parallel.test_of_many_asked_at_the_same_time_no_more_than_the_bound_stay(MemoryStore())


FAULTS = [
    (
        "another party reads a question",
        questions,
        "or item.party != requester or",
        "or",
        sound.test_another_party_and_another_kind_get_the_answer_of_an_unknown_id,
    ),
    (
        "a party sees the list of all",
        questions,
        "item_kind(kind), party=requester",
        "item_kind(kind)",
        sound.test_another_party_and_another_kind_get_the_answer_of_an_unknown_id,
    ),
    (
        "kinds are not kept apart",
        questions,
        'f"{BACKGROUND_QUESTION}:{kind}"',
        'f"{BACKGROUND_QUESTION}:{kind and str()}"',
        sound.test_another_party_and_another_kind_get_the_answer_of_an_unknown_id,
    ),
    (
        "one more may wait",
        questions,
        "if self._open(items) >= MOST_OPEN:",
        "if self._open(items) > MOST_OPEN:",
        sound.test_a_question_that_is_refused_removes_no_answer,
    ),
    (
        "those asked at the same time are not counted",
        questions,
        "if self._open(self._items(kind, requester)) > MOST_OPEN:",
        "if False:",
        bound,
    ),
    (
        "all that were ever asked count",
        questions,
        "sum(item.state not in ENDED for item in items)",
        "len(items)",
        sound.test_the_newest_are_kept_and_each_for_a_week_after_its_end,
    ),
    (
        "the oldest are not removed",
        questions,
        "for item in ended[: max(0, len(items) + 1 - MOST_KEPT)]:",
        "for item in []:",
        sound.test_the_newest_are_kept_and_each_for_a_week_after_its_end,
    ),
    (
        "what has to be removed is still shown",
        questions,
        "return item.state in ENDED and item.due <= self._world.clock.now()",
        "return False",
        sound.test_the_newest_are_kept_and_each_for_a_week_after_its_end,
    ),
    (
        "one that waits is over too",
        questions,
        "return item.state in ENDED and item.due",
        "return item.due",
        sound.test_a_question_waits_is_answered_once_and_then_there_for_its_party,
    ),
    (
        "nothing is ever removed",
        answers,
        "        self._remove_old(kind)\n",
        "",
        sound.test_the_newest_are_kept_and_each_for_a_week_after_its_end,
    ),
    (
        "one that waits is removed",
        answers,
        "for state in ENDED:",
        "for state in (*ENDED, WAITING):",
        sound.test_one_that_waits_is_not_removed_however_long,
    ),
    (
        "the time of keeping begins when it was asked",
        answers,
        "due = self._world.clock.now() + KEPT_SECONDS",
        'due = item.body["asked_at"] + KEPT_SECONDS',
        sound.test_one_that_always_raises_has_failed_and_the_reason_names_nobody,
    ),
    (
        "a party's second question comes before another one's first",
        answers,
        "sorted(numbered, key=lambda pair: pair[0])",
        "numbered",
        sound.test_a_party_has_few_questions_open_and_another_one_is_not_held_up,
    ),
    (
        "more are tried than wanted",
        answers,
        "if worked == most:",
        "if worked == most + 1:",
        sound.test_a_party_has_few_questions_open_and_another_one_is_not_held_up,
    ),
    ("a question is not taken", answers, "taken = begin_try(", "taken = item or begin_try(", one_answer),
    (
        "a question that runs is taken at once",
        lease_watch,
        "return now - since >= self._lease",
        "return True",
        sound.test_a_question_whose_process_ended_is_taken_over_after_a_minute_of_silence,
    ),
    (
        "a question that runs is never taken over",
        answers,
        "yield from (item for item in running",
        "yield from (item for item in []",
        sound.test_a_question_whose_process_ended_is_taken_over_after_a_minute_of_silence,
    ),
    (
        "a lease is forgotten between two runs",
        answers,
        "self._watch.forget_others({item.id.hex() for item in running})",
        "self._watch.forget_others(set())",
        sound.test_a_question_whose_process_ended_is_taken_over_after_a_minute_of_silence,
    ),
    (
        "a renewed lease is taken for a silent one",
        lease_watch,
        "if seen_version != version:",
        "if False:",
        sound.test_a_lease_that_is_renewed_is_kept,
    ),
    ("a lease is not renewed", lease, "self.item = self._items.file(item)", "return", kept_lease),
    (
        "a renewal that fails ends the lease",
        lease,
        "            return\n",
        "            self.item = None\n",
        sound.test_without_a_database_a_renewal_is_missed_and_the_next_one_made,
    ),
    (
        "who lost a question stores their answer all the same",
        answers,
        "lease.item.version",
        "self._world.work_items.item(item.kind, item.id).version",
        sound.test_a_process_that_lost_its_question_stores_nothing,
    ),
    (
        "tries that end the process do not count",
        tries,
        'item.body["attempts"] + 1',
        'item.body["attempts"] + 0',
        sound.test_tries_that_end_the_process_count_too,
    ),
    (
        "a retry comes too early",
        answers,
        "return item.due <= now or",
        "return True or",
        sound.test_one_that_raises_is_retried_with_growing_delays_and_the_next_go_on,
    ),
    (
        "a retry waits until the clock is where it was",
        answers,
        " or item.due > (latest or now)",
        "",
        sound.test_a_clock_that_goes_back_holds_up_no_question,
    ),
    (
        "one failure stops the others",
        answers,
        "except Exception as error:",
        "except KeyError as error:",
        sound.test_an_error_of_the_ledger_is_named_by_its_code,
    ),
    (
        "a question is tried for ever",
        answers,
        "return self._ended(item, FAILED, why=why)\n",
        "due = self._world.clock.now()\n",
        sound.test_one_that_always_raises_has_failed_and_the_reason_names_nobody,
    ),
    (
        "what an error says is kept",
        answers,
        "self._failed(item, reason_of(error))",
        "self._failed(item, str(error))",
        sound.test_one_that_always_raises_has_failed_and_the_reason_names_nobody,
    ),
    (
        "what cannot be stored is filed",
        answers,
        "            json.dumps(found)  # raises for what cannot be stored\n",
        "",
        sound.test_an_answer_that_cannot_be_stored_is_a_failure,
    ),
]
NOTICED = (AssertionError, pytest.fail.Exception, ValueError, TypeError, LedgerError)
"""What a test ends in if it notices a fault: a failed assertion, or an error that nothing stops any more."""
NAMES = [one[0] for one in FAULTS]


@pytest.mark.parametrize(("module", "good", "bad", "check"), [one[1:] for one in FAULTS], ids=NAMES)
def test_every_planted_fault_is_noticed(module, good, bad, check):
    meadow = sound.Meadow()
    with planted(module, good, bad), pytest.raises(NOTICED):
        check(meadow)
