"""Questions answered on the caller's thread, or on the writer thread if the caller would wait: with equal results."""

import sqlite3
import threading
import time

import pytest

from mydata_ledger.ledger.errors import SourceUnavailable
from mydata_ledger.ledger.receipt import ACCESS, CONSENTS
from testing.stores import open_store
from tests.anchors.sample_statements import ANN, NOW, PARTIES, TRIAL, consent, issue, name, receipt, request, revocation


@pytest.fixture
def store(database, monkeypatch):
    monkeypatch.setattr(
        "mydata_ledger.anchors.store.db.transaction.FAST_COMMIT_SECONDS", 60
    )  # whatever else keeps this machine's disk busy
    made = open_store(database)
    made.directory.set_parties(PARTIES)
    made.log.append([issue(1), consent(ANN, TRIAL)], NOW)
    yield made
    made.dispose()


@pytest.fixture
def writing(database):
    """A connection of another program, which locks the database until its transaction ends."""
    connection = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    yield connection
    connection.close()


def wait_until_idle(store):
    """Wait until the writer thread has released its lock and the disk commits fast."""
    for _ in range(500):
        if store.database.writer.run_inline(lambda _: None):
            return
        store.database.writer.submit(lambda _: None).result(10)
        time.sleep(0.01)
    pytest.fail("this disk takes more than 10 ms for every commit")


def ask(store, *numbers, seen=None):
    def respond(question, facts):
        if seen is not None:
            seen.append((threading.current_thread(), [state.entry for state in facts.consents], facts.consents_size))
        return receipt(question, facts)

    return store.log.answer_soon([request(1, requested=number) for number in numbers], respond, NOW)


def test_where_nobody_writes_it_is_done_when_the_call_returns_and_no_other_thread_was_asked(store):
    seen = []
    wait_until_idle(store)
    done = ask(store, 1, 2, seen=seen)
    assert done.done()
    assert [logged.position for logged in done.result()] == [0, 1]
    assert {thread for thread, *_ in seen} == {threading.current_thread()}
    assert len(seen) == 2


def test_i3_where_another_process_writes_nobody_is_blocked_and_the_answer_rests_on_what_it_wrote(store, writing):
    before, after = [], []
    ask(store, 1, seen=before).result()
    writing.execute("begin immediate")
    started = time.monotonic()
    coming = ask(store, 2, seen=after)
    assert time.monotonic() - started < 5, "it waited for the other process instead of going on"
    assert not coming.done()
    writing.execute("update changes set count = count + 1")
    writing.execute("update consents set revoked = 1")
    writing.execute("commit")
    (logged,) = coming.result(10)
    assert logged.position == 1
    assert len(after) == 2, "what was answered before the other's change is answered again"
    assert [statement for _, *statement in before] == [statement for _, *statement in after[:1]]


def test_i3_who_waits_to_write_goes_before_questions_that_come_later(store):
    given = store.log.statement_at(CONSENTS, store.index.consents_of(ANN)[0].position)
    store.database.writer._write_lock.acquire()
    withdrawing = threading.Thread(target=lambda: store.log.append([revocation(given)], NOW))
    withdrawing.start()
    until = time.monotonic() + 10
    while not store.database.writer._jobs and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.1)  # the store's thread wakes, and would take the work out of sight before it may do it
    store.database.writer._write_lock.release()
    seen = {}

    def respond(question, facts):
        seen[question.request_id] = facts.consents[0].revoked
        return receipt(question, facts)

    coming = [store.log.answer_soon([request(1, requested=number)], respond, NOW) for number in range(40)]
    withdrawing.join(10)
    assert [done.result(10)[0].position for done in coming] == list(range(40))
    assert list(seen.values()) == [True] * 40


def test_the_thread_waits_for_a_slow_disk(store, monkeypatch):
    wait_until_idle(store)
    monkeypatch.setattr("mydata_ledger.anchors.store.db.transaction.FAST_COMMIT_SECONDS", 0)
    assert ask(store, 1).done()
    assert store.database.writer.run_inline(lambda _: None) is None
    (logged,) = ask(store, 2).result(10)
    monkeypatch.setattr("mydata_ledger.anchors.store.db.transaction.FAST_COMMIT_SECONDS", 60)
    assert logged.position == 1
    ask(store, 3).result(10)
    wait_until_idle(store)
    assert ask(store, 4).done(), "a disk that is quick again is written to at once again"


def test_inline_and_on_the_thread_give_the_same_answers(store, monkeypatch):
    inline, later = [], []
    ask(store, 1, 2, 3, seen=inline).result()
    monkeypatch.setattr(store.database.writer, "run_inline", lambda _: None)
    ask(store, 4, 5, 6, seen=later).result(10)
    assert [statement for _, *statement in inline] == [statement for _, *statement in later]


def test_i9_what_fails_leaves_nothing_and_the_next_is_answered(store):
    def respond(question, facts):
        if question.request_id == name("ask 2"):
            raise ZeroDivisionError
        return receipt(question, facts)

    with pytest.raises(ZeroDivisionError):
        store.log.answer_soon([request(1, requested=n) for n in (1, 2)], respond, NOW).result(10)
    assert store.log.head(ACCESS).size == 0
    assert ask(store, 3).result(10)[0].position == 0


def test_a_store_that_is_closed_answers_nobody(database):
    store = open_store(database)
    store.dispose()
    with pytest.raises(SourceUnavailable):
        ask(store, 1).result(10)
