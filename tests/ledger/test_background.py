"""Background questions: asked by a party, answered by a job, kept for some days, and seen by nobody else."""

import pytest

from mydata_ledger.ledger.errors import NotFound, SourceUnavailable, TooManyRequests
from mydata_ledger.ledger.kernel.background.answers import ANSWER_DELAYS, BackgroundAnswers
from mydata_ledger.ledger.kernel.background.lease import QuestionLease
from mydata_ledger.ledger.kernel.background.questions import KEPT_SECONDS, MOST_KEPT, MOST_OPEN, item_kind
from mydata_ledger.ledger.kernel.jobs.lease_watch import LEASE
from mydata_ledger.ledger.kernel.tries import INTERRUPTED, begin_try
from testing.ledger_fixture import NOW, LedgerFixture

KIND, FORM = "count of sheep", {"from": "meadow", "least": 5}


class Process:
    """One process: its own view of the questions, and its own monotonic clock."""

    def __init__(self, fixture):
        self.monotonic, self.seen, self.fails = 0.0, [], 0
        self.answers = BackgroundAnswers(fixture.world, lambda: self.monotonic)

    def work(self, most=10):
        return self.answers.work(KIND, self.answer, most)

    def answer(self, question):
        self.seen.append(question)
        if self.fails:
            self.fails -= 1
            raise ValueError("Ann Example, 900101-2000000")
        return {"sheep": len(self.seen)}


class Meadow(LedgerFixture):
    """Two parties and two processes."""

    def __init__(self, store=None):
        super().__init__(store=store)
        self.processes = Process(self), Process(self)

    def ask(self, party=None, **form):
        return self.kernel.background.questions.ask(KIND, (party or self.trial).address, FORM | form)

    def read(self, question, party=None):
        return self.kernel.background.questions.question(KIND, (party or self.trial).address, question.question_id)

    def of(self, party=None):
        return self.kernel.background.questions.of(KIND, (party or self.trial).address)

    def abandoned(self):
        """A question that a process took and does not go on with."""
        question = self.ask()
        item = self.store.work_items.item(item_kind(KIND), question.question_id)
        return question, begin_try(self.store.work_items, item, state="running")


@pytest.fixture
def meadow():
    return Meadow()


def test_a_question_waits_is_answered_once_and_then_there_for_its_party(meadow):
    (process, other), question = meadow.processes, meadow.ask()
    assert (question.state, question.form, question.asked_at) == ("waiting", FORM, NOW)
    assert (question.kept_until, question.answer) == (0, None)
    assert meadow.of() == [question] == [meadow.read(question)]
    assert process.work() == 1
    assert [one.question_id for one in process.seen] == [question.question_id]
    assert (process.seen[0].state, process.seen[0].requester) == ("running", meadow.trial.address)
    ended = meadow.read(question)
    assert (ended.state, ended.answer, ended.why) == ("answered", {"sheep": 1}, "")
    assert ended.kept_until == NOW + KEPT_SECONDS
    assert (process.work(), other.work(), other.seen) == (0, 0, [])


def test_another_party_and_another_kind_get_the_answer_of_an_unknown_id(meadow):
    question = meadow.ask()
    meadow.processes[0].work()
    for kind, party, question_id in (
        (KIND, meadow.insurer.address, question.question_id),
        ("another kind", meadow.trial.address, question.question_id),
        (KIND, meadow.trial.address, bytes(32)),
    ):
        with pytest.raises(NotFound) as refused:
            meadow.kernel.background.questions.question(kind, party, question_id)
        assert refused.value.args == ()
        assert meadow.kernel.background.questions.of(kind, party) == [] or question_id == bytes(32)


def test_a_party_has_few_questions_open_and_another_one_is_not_held_up(meadow):
    question = [meadow.ask(number=number) for number in range(MOST_OPEN)]
    with pytest.raises(TooManyRequests, match="ask again when one has ended"):
        meadow.ask()
    assert meadow.of() == question, "nothing was lost"
    others = meadow.ask(meadow.insurer)
    process = meadow.processes[0]
    assert process.work(2) == 2
    assert [one.question_id for one in process.seen] == [question[0].question_id, others.question_id]
    meadow.ask()


def test_the_newest_are_kept_and_each_for_a_week_after_its_end(meadow):
    process, question = meadow.processes[0], []
    for _ in range(MOST_KEPT + 2):
        question.append(meadow.ask())
        process.work()
        meadow.clock.passes(1)
    assert [one.question_id for one in meadow.of()] == [one.question_id for one in question[2:]]
    with pytest.raises(NotFound):
        meadow.read(question[0])
    meadow.clock.passes(KEPT_SECONDS - 2)
    assert meadow.read(question[-1]).state == "answered"
    meadow.clock.passes(2)
    assert meadow.of() == []
    with pytest.raises(NotFound):
        meadow.read(question[-1])
    assert process.work() == 0
    assert meadow.store.work_items.items(item_kind(KIND)) == []


def test_a_question_that_is_refused_removes_no_answer(meadow):
    for _ in range(MOST_KEPT - MOST_OPEN):
        meadow.ask()
        meadow.processes[0].work()
    for _ in range(MOST_OPEN):
        meadow.ask()
    before = meadow.of()
    with pytest.raises(TooManyRequests):
        meadow.ask()
    assert meadow.of() == before
    assert len(before) == MOST_KEPT


def test_one_that_waits_is_not_removed_however_long(meadow):
    question = meadow.ask()
    meadow.clock.passes(10 * KEPT_SECONDS)
    assert meadow.read(question).state == "waiting"
    assert meadow.processes[0].work() == 1


def test_one_that_raises_is_retried_with_growing_delays_and_the_next_go_on(meadow):
    process, bad = meadow.processes[0], meadow.ask()
    process.fails = 1
    meadow.clock.passes(1)
    good = meadow.ask(meadow.insurer)
    assert process.work() == 2
    assert (meadow.read(bad).state, meadow.read(good, meadow.insurer).state) == ("waiting", "answered")
    process.fails = 1
    for delay in ANSWER_DELAYS[:2]:
        meadow.clock.passes(delay - 1)
        assert process.work() == 0
        meadow.clock.passes(1)
        assert process.work() == 1
    ended = meadow.read(bad)
    assert (ended.state, ended.why) == ("answered", "")


def test_one_that_always_raises_has_failed_and_the_reason_names_nobody(meadow):
    process, bad = meadow.processes[0], meadow.ask()
    process.fails = 1_000
    for delay in (*ANSWER_DELAYS, 0):
        assert meadow.read(bad).state == "waiting"
        assert process.work() == 1
        meadow.clock.passes(delay)
    failed = meadow.read(bad)
    assert (failed.state, failed.answer, len(process.seen)) == ("failed", None, len(ANSWER_DELAYS) + 1)
    assert failed.why.startswith(f"ValueError in {__name__}, line ")
    assert "Ann" not in failed.why
    assert process.work() == 0
    assert failed.kept_until == meadow.clock.now() + KEPT_SECONDS
    meadow.ask()


def test_an_answer_that_cannot_be_stored_is_a_failure(meadow):
    question = meadow.ask()
    assert meadow.processes[0].answers.work(KIND, lambda _: {b"person"}, 1) == 1
    assert meadow.read(question).why.startswith("TypeError in json")
    assert meadow.processes[1].work() == 0


def test_an_error_of_the_ledger_is_named_by_its_code(meadow):
    def unavailable(_):
        raise SourceUnavailable("Ann")

    question = meadow.ask()
    meadow.processes[0].answers.work(KIND, unavailable, 1)
    assert meadow.read(question).why == "source_unavailable"


def test_a_question_whose_process_ended_is_taken_over_after_a_minute_of_silence(meadow):
    question, _ = meadow.abandoned()
    other = meadow.processes[1]
    for waited in (0, LEASE - 1):
        other.monotonic = waited
        assert other.work() == 0
    assert meadow.read(question).state == "running"
    meadow.clock.passes(-(10**6))
    assert other.work() == 0, "a jump of the time of day ends no lease"
    other.monotonic = LEASE
    assert other.work() == 1
    assert meadow.read(question).state == "answered"


def test_a_lease_that_is_renewed_is_kept(meadow):
    question, item = meadow.abandoned()
    other = meadow.processes[1]
    for waited in range(0, 5 * LEASE, LEASE // 2):
        other.monotonic = waited
        item = meadow.store.work_items.file(item)
        assert other.work() == 0
    assert meadow.read(question).state == "running"


def test_tries_that_end_the_process_count_too(meadow):
    question, item = meadow.abandoned()
    for _ in ANSWER_DELAYS:
        item = begin_try(meadow.store.work_items, item)
    other = meadow.processes[1]
    assert other.work() == 0
    other.monotonic = LEASE
    assert (other.work(), other.seen) == (1, [])
    failed = meadow.read(question)
    assert (failed.state, failed.why) == ("failed", INTERRUPTED)


def test_a_process_that_lost_its_question_stores_nothing(meadow):
    question, other = meadow.ask(), meadow.processes[1]

    def slow(_):
        for monotonic in (0, LEASE):
            other.monotonic = monotonic
            other.work()
        return {"sheep": -1}

    meadow.processes[0].answers.work(KIND, slow, 1)
    assert meadow.read(question).answer == {"sheep": 1}


def test_a_clock_that_goes_back_holds_up_no_question(meadow):
    process, bad = meadow.processes[0], meadow.ask()
    process.fails = 1
    process.work()
    meadow.clock.passes(-(10**8))
    assert process.work() == 1
    assert meadow.read(bad).state == "answered"


def test_without_a_database_a_renewal_is_missed_and_the_next_one_made(meadow):
    _, item = meadow.abandoned()
    away = [True]

    class Items:
        def file(self, changed):
            if away:
                raise SourceUnavailable("the database is away")
            return meadow.store.work_items.file(changed)

    lease = QuestionLease(Items(), item, LEASE)
    lease._renew(item)
    assert lease.item == item
    away.clear()
    lease._renew(item)
    assert lease.item.version == item.version + 1
