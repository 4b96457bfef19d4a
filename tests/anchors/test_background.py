"""Background questions on each store; on PostgreSQL each process has a connection of its own."""

import threading
import time

from mydata_ledger.ledger.errors import TooManyRequests
from mydata_ledger.ledger.kernel.background.answers import BackgroundAnswers
from mydata_ledger.ledger.kernel.background.questions import MOST_OPEN
from testing.ledger_fixture import LedgerFixture
from tests.anchors.test_jobs import in_threads

KIND = "count"


def test_of_many_that_answer_the_same_questions_one_does_each(store):
    fixture, seen = LedgerFixture(store=store), []
    ask = fixture.kernel.background.questions.ask
    parties = [wallet.address for wallet in fixture.parties.values()][:3]
    questions = [ask(KIND, party, {"number": n}) for party in parties for n in range(3)]

    def work(_):
        def answer(question):
            seen.append(question.question_id)
            time.sleep(0.01)
            return question.form["number"]

        BackgroundAnswers(fixture.world).work(KIND, answer, 20)

    in_threads(6, work)
    assert sorted(seen) == sorted(one.question_id for one in questions)
    for party in parties:
        ended = fixture.kernel.background.questions.of(KIND, party)
        assert [(one.state, one.answer) for one in ended] == [("answered", n) for n in range(3)]


def test_of_many_asked_at_the_same_time_no_more_than_the_bound_stay(store):
    fixture, kept = LedgerFixture(store=store), []
    count_before_any_is_stored(store.work_items, 3 * MOST_OPEN)

    def ask(number):
        try:
            kept.append(fixture.kernel.background.questions.ask(KIND, fixture.trial.address, {"number": number}))
        except TooManyRequests:
            return

    in_threads(3 * MOST_OPEN, ask)
    del store.work_items.items
    stored = fixture.kernel.background.questions.of(KIND, fixture.trial.address)
    assert {one.question_id for one in stored} == {one.question_id for one in kept}
    assert len(stored) <= MOST_OPEN


def count_before_any_is_stored(work_items, threads):
    """Let each thread read the items for the first time before any of them goes on."""
    original, barrier, local = work_items.items, threading.Barrier(threads), threading.local()

    def items(*arguments, **more):
        found = original(*arguments, **more)
        if not hasattr(local, "has_read"):
            local.has_read = True
            barrier.wait()
        return found

    work_items.items = items


def test_a_long_answer_keeps_its_question(store):
    fixture, lease, runs = LedgerFixture(store=store), 0.3, []
    fixture.kernel.background.questions.ask(KIND, fixture.trial.address, {})

    def work(number):
        answers, deadline = BackgroundAnswers(fixture.world, lease=lease), time.monotonic() + 6 * lease
        while time.monotonic() < deadline:
            answers.work(KIND, lambda _: runs.append(number) or time.sleep(4 * lease), 1)
            time.sleep(0.02)

    in_threads(2, work)
    assert len(runs) == 1
